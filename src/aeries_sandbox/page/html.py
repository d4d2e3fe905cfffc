"""HTML by hand, with every text escaped, and the frame of all pages."""

from html import escape
from urllib.parse import parse_qs

from aeries_sandbox.messages import HTML, Request, Response

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
}


def tag(element: str, content: str = "", /, **attributes: object) -> str:
    """An element around content that is HTML already; `class_` is class, True a bare attribute, None none."""
    shown = ""
    for attribute, value in attributes.items():
        if value is None or value is False:
            continue
        shown += f" {attribute.rstrip('_').replace('_', '-')}"
        if value is not True:
            shown += f'="{escape(str(value))}"'
    return f"<{element}{shown}>{content}</{element}>"


def text(element: str, content: object, /, **attributes: object) -> str:
    """An element around plain text."""
    return tag(element, escape(str(content)), **attributes)


def field(name: str, value: object = "", label: str = "", **attributes: object) -> str:
    """An input with its label; without a label the caller gives an aria_label."""
    attributes = {"name": name, "value": value, "autocomplete": "off", **attributes}
    box = tag("input", **attributes).removesuffix("</input>")
    return f"<label>{escape(label)} {box}</label>" if label else box


def checkbox(name: str, on: bool, label: str) -> str:
    return field(name, "on", label, type="checkbox", checked=on)


def choice(name: str, options: list[tuple[str, str]], chosen: str, label: str) -> str:
    inner = "".join(text("option", shown, value=value, selected=value == chosen) for value, shown in options)
    return f"<label>{escape(label)} {tag('select', inner, name=name)}</label>"


def button(label: str, **attributes: object) -> str:
    return text("button", label, **attributes)


def form(action: str, content: str, **attributes: object) -> str:
    return tag("form", content, method="post", action=action, **attributes)


def page(title: str, body: str, status: int = 200, problem: str = "") -> Response:
    notice = text("p", problem, class_="problem", role="alert") if problem else ""
    whole = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{text('title', title + ' - Aeries sandbox')}"
        '<link rel="stylesheet" href="/style.css"></head><body>'
        f'<header><a href="/">Aeries sandbox</a></header><main>{text("h1", title)}{notice}{body}</main></body></html>'
    )
    return Response(status, whole.encode(), HTML, dict(HEADERS))


def see_other(address: str) -> Response:
    return Response(303, b"", HTML, {**HEADERS, "Location": address})


def sent(request: Request) -> dict[str, str]:
    """The fields of a posted form."""
    fields = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in fields.items()}
