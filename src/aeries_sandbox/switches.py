"""Every behaviour that Aeries leaves undocumented, declared as data: name, values, default, source.

The first value is the default. A switch with the value `N` takes a whole number, one with `TEXT` any text.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from aeries_sandbox.decimals import whole


class SwitchError(ValueError):
    """An unknown switch or value; the message is for the person who set it."""


@dataclass(frozen=True, slots=True)
class Switch:
    name: str
    values: tuple[str, ...]
    source: str
    what: str
    first: str | None = None

    @property
    def default(self) -> str:
        return self.first if self.first is not None else self.values[0]

    def accept(self, value: object) -> str:
        """The stored form of a value; true and false are on and off. Raises SwitchError."""
        text = _word(value)
        if text in self.values and text not in ("N", "TEXT"):
            return text
        if "N" in self.values and (number := whole(text)) is not None:
            return str(number)
        if "TEXT" in self.values and isinstance(value, str):
            return text
        raise SwitchError(f"switch {self.name} takes {' | '.join(self.values)}, not {value!r}")


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "none" if value is None else str(value)


def _switch(name: str, values: str, source: str, what: str, first: str | None = None) -> Switch:
    return Switch(name, tuple(values.split("|")), source, what, first)


DECLARED: tuple[Switch, ...] = (
    # transport
    _switch("base_path", "TEXT", "API §3.1", "prefix under which /api/v5 also answers", "/aeries"),
    _switch("accept_cert_query", "off|on", "API §3.2", "the certificate may stand in the query (cert=)"),
    _switch("unknown_cert_status", "401|403", "API §3.13", "status for a missing or unknown certificate"),
    _switch("forbidden_status", "401|403", "API §3.13", "status for a right that is not granted"),
    _switch("insert_status", "201|200", "API §3.13", "status of a successful insert"),
    _switch("latency_ms", "N", "API §3.12", "delay of every answer in milliseconds", "0"),
    _switch("rate_limit", "off|N", "API §3.12", "requests a second before answers of rate_limit_status"),
    _switch("rate_limit_burst", "N", "API §3.12", "requests that may come at once under rate_limit", "10"),
    _switch("rate_limit_status", "429|503", "API §3.12", "status beyond rate_limit"),
    _switch("rate_limit_retry_after", "N", "API §3.12", "Retry-After beyond rate_limit, seconds", "1"),
    _switch("year_fallback", "silent|error400", "API §3.5", "an unavailable DatabaseYear: default year or 400"),
    _switch("legacy_v3_routes", "off|on", "API §2.1", "serve the v3 gradebook routes as well"),
    _switch("xml_output", "on|off", "API §3.4", "answer XML where Accept asks for it"),
    # shapes
    _switch("decimal_places", "4|minimal", "API §3.9", "decimals as 5.0000 or as short as possible"),
    _switch("numbers_as_strings", "off|on", "API §3.9", "decimals inside strings"),
    _switch("single_school_shape", "array|object", "API §5.2", "one school: array of one or object"),
    _switch("single_as_array", "off|on", "API §17.3", "other single objects come as arrays of one"),
    _switch("one_row_as_object", "off|on", "API §8.1", "a list of one row comes as that row, an object"),
    _switch("empty_date", "null|sentinel", "API §3.8", "an empty date of the gradebook family"),
    _switch("extra_fields", "off|on", "API §20", "rows carry a property that the documentation does not know"),
    _switch("strip_unsafe_text", "output|input|off", "API §3.11", 'where ", < and > are removed'),
    _switch("not_found_style", "documented|v2_quirks", "API §3.15", "404, or what v2 answered"),
    _switch("percent_scale", "100|1", "API §12.2", "PercentCorrect as 95 or as 0.95"),
    _switch("blank_numbers", "zero|null", "API §12.7", "numbers of a blank row"),
    _switch("api_hides_deleted", "on", "behaviour §16", "deleted assignments are never shown (fixed)"),
    _switch("percent_display", "cut", "behaviour §16", "shown percentages are cut, not rounded (fixed)"),
    # requests
    _switch("lenient_json", "on|off", "API §3.7", "trailing commas in a body are tolerated"),
    _switch("unknown_property", "ignore|error400", "API §3.7", "an unknown property in a body"),
    # people and rosters
    _switch("exclude_expired_staff", "off|on", "API §3.3", "staff with an expired account are left out"),
    _switch("combine_class_ids", "off|on", "API §3.3", "sections with a common class id show as one"),
    _switch("staff_gradebooks_co_teacher", "off|on", "API §18 U18", "co-teachers' gradebooks are listed too"),
    _switch("ignore_paging", "off|on", "API §8.2", "StartingRecord and EndingRecord have no effect"),
    _switch("changes_since", "ge|gt", "API §9", "change feeds include the moment asked for, or not"),
    _switch("feed_includes_deleted", "on|off", "API §9", "keys of deleted things stay in the feeds"),
    _switch("feed_lag_minutes", "N", "API §9", "minutes until a change shows in its feed", "0"),
    _switch("feed_duplicates", "off|on", "API §9", "feeds repeat their keys"),
    # insert and update of assignments
    _switch("external_id_unique", "off|on", "API §11.3", "a second use of an ExternalID is a 400"),
    _switch("external_id_max", "N", "API §11.3", "characters of an ExternalID", "50"),
    _switch("overlong", "error|truncate", "API §11.3", "an overlong title or ExternalID"),
    _switch("strict_dates", "off|on", "API §11.3", "dates outside the gradebook are a 400"),
    _switch("negative_points", "error|accept", "API §11.3", "negative maxima"),
    _switch("new_visible", "on|off", "API §11.3", "a new assignment is visible to parents"),
    _switch("auto_grading_completed", "off|on_first_score|on_due_date", "behaviour §16",
            "when the gradebook option of that name switches grading completed on"),
    _switch("put_absent", "keep|clear", "API §11.4", "undocumented absent fields of a PUT"),
    _switch("put_external_id_null", "keep|clear", "API §11.4", "ExternalID null in a PUT"),
    _switch("put_requires_points", "on|off", "API §11.4", "a PUT without PointsPossible is a 400"),
    _switch("put_bad_category", "error|keep|first", "API §11.4", "an unknown category code in a PUT"),
    _switch("rescale_on_points_change", "keep_number_correct|scale", "API §11.4",
            "existing scores when the maxima change"),
    _switch("linked_number", "shared|independent", "API §13", "assignment numbers of linked copies"),
    _switch("linked_unique_id", "distinct|same", "API §13", "UniqueIDs of linked copies"),
    _switch("teacher_spreads_to_linked", "on|off", "behaviour §10",
            "a teacher's changes of assignments and categories reach the linked group"),
    # scores
    _switch("score_null", "ignore|clear|zero|error", "API §12.6", "NumberCorrect null"),
    _switch("score_absent", "ignore|clear|zero|error", "API §12.6", "NumberCorrect left out"),
    _switch("score_not_a_number", "error|ignore", "API §12.6", "NumberCorrect that is no number"),
    _switch("score_unknown_student", "ignore|error", "API §12.6", "a student id that nobody has"),
    _switch("score_not_in_gradebook", "ignore|error", "API §12.6", "a student outside the gradebook, or dropped"),
    _switch("score_duplicate", "last|error", "API §12.6", "the same student twice"),
    _switch("score_batch", "partial|atomic", "API §12.6", "one bad element: the good ones are stored, or none"),
    _switch("score_over_max", "accept|error", "API §12.6", "more than the maximum"),
    _switch("score_negative", "error|accept|ignore", "API §12.6", "less than zero"),
    _switch("score_decimals", "round|truncate|error", "API §12.6", "more than four decimals"),
    _switch("overwrite_special_mark", "replace|ignore|error", "API §12.6", "a number over NA, TX, a custom mark"),
    _switch("score_wrong_mode", "ignore|error", "API §12.6", "plain scores where standards are due, or the reverse"),
    _switch("score_max_batch", "none|N", "API §12.6", "largest number of scores in one request"),
    _switch("row_max_drift", "off|on_overwrite", "behaviour §16",
            "overwriting a score in the web page moves the row's own maximum"),
    _switch("undefined_mark", "placeholder|error", "behaviour §5.1",
            "a typed word of 2 to 6 characters that no custom mark defines"),
    # grades
    _switch("blank_gc_counts_zero", "on|off", "behaviour §16", "a blank counts as zero once grading is completed"),
    _switch("min_max", "clamp|linear", "behaviour §16", "formula of the min/max option"),
    _switch("rule_average", "points|mean", "behaviour §16", "the average that replaces a score"),
    _switch("rule_drops_missing", "on|off", "behaviour §16", "a rule may drop a missing zero"),
    _switch("custom_missing_counts_zero", "on|off", "behaviour §16", "a custom missing mark counts as zero"),
    _switch("tx_is_missing", "on|off", "behaviour §16", "TX is flagged as missing"),
    _switch("span_boundary", "inclusive|exclusive", "behaviour §16", "whether a student's last day counts"),
    _switch("transfer_date", "assigned|due", "behaviour §16", "the date that transfer grades look at"),
    # copies and students who return
    _switch("restore", "same_ids|new_ids|copy", "behaviour §16", "what a restore does to UniqueIDs"),
    _switch("return_student", "same_row|new_row", "behaviour §16", "a dropped student who comes back"),
)  # fmt: skip

BY_NAME: Mapping[str, Switch] = {switch.name: switch for switch in DECLARED}


def accepted(settings: Mapping[str, object]) -> dict[str, str]:
    """The stored form of all settings, or SwitchError naming the first bad one; nothing is changed.

    `rate_limit` may also be the object of the reference: {per_second, burst, status, retry_after}.
    """
    stored = {}
    for name, value in _spread(settings).items():
        if name not in BY_NAME:
            raise SwitchError(f"there is no switch {name!r}; `aeries-sandbox switches` lists them")
        stored[name] = BY_NAME[name].accept(value)
    return stored


def _spread(settings: Mapping[str, object]) -> dict[str, object]:
    spread = dict(settings)
    limit = spread.get("rate_limit")
    if isinstance(limit, Mapping):
        del spread["rate_limit"]
        for part, value in limit.items():
            spread["rate_limit" if part == "per_second" else f"rate_limit_{part}"] = value
    return spread


def defaults() -> dict[str, str]:
    return {switch.name: switch.default for switch in DECLARED}
