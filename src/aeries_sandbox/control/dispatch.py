"""From a request below /sandbox to a JSON answer; a wrong call is a 400 with a message and changes nothing."""

from collections.abc import Callable

import msgspec

from aeries_sandbox.control import gradebook_routes as gradebooks
from aeries_sandbox.control import world_routes as whole
from aeries_sandbox.control.call import BadCall, ControlCall, Created, Holder
from aeries_sandbox.faults import FaultError
from aeries_sandbox.messages import Request, Response
from aeries_sandbox.rights import RightsError
from aeries_sandbox.router import Router
from aeries_sandbox.store import DocumentError
from aeries_sandbox.switches import SwitchError
from aeries_sandbox.teacher.acting import NothingThere, NotPossible

Handler = Callable[[ControlCall], object]

_GRADEBOOK = "gradebooks/{gradebook_number}"
_ASSIGNMENT = f"{_GRADEBOOK}/assignments/{{assignment_number}}"
_ROSTER = "sections/{school_code}/{section_number}/students"

TABLE: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "health", whole.health),
    ("POST", "reset", whole.reset),
    ("GET", "switches", whole.switches),
    ("POST", "switches", whole.set_switches),
    ("GET", "clock", whole.clock),
    ("POST", "clock", whole.set_clock),
    ("GET", "faults", whole.faults),
    ("POST", "faults", whole.order_fault),
    ("DELETE", "faults", whole.clear_faults),
    ("GET", "requests", whole.requests),
    ("DELETE", "requests", whole.clear_requests),
    ("GET", "pending", whole.pending),
    ("GET", "state", whole.state),
    ("PATCH", "state", whole.patch_state),
    ("GET", "rights", whole.rights),
    ("PATCH", "rights", whole.set_rights),
    ("GET", "custom-marks", whole.custom_marks),
    ("PUT", "custom-marks", whole.put_custom_marks),
    ("POST", "bulk-maintenance", whole.bulk_maintenance),
    ("POST", "roll-year", whole.roll),
    ("GET", "gradebooks", gradebooks.gradebooks),
    ("POST", "gradebooks", gradebooks.create_gradebook),
    ("GET", _GRADEBOOK, gradebooks.gradebook),
    ("PATCH", _GRADEBOOK, gradebooks.patch_gradebook),
    ("POST", f"{_GRADEBOOK}/assignments", gradebooks.create_assignment),
    ("PATCH", _ASSIGNMENT, gradebooks.patch_assignment),
    ("DELETE", _ASSIGNMENT, gradebooks.remove_assignment),
    ("POST", f"{_ASSIGNMENT}/push", gradebooks.push),
    ("PUT", f"{_ASSIGNMENT}/scores/{{student_id}}", gradebooks.put_score),
    ("POST", f"{_GRADEBOOK}/students", gradebooks.post_student),
    ("DELETE", f"{_GRADEBOOK}/students/{{student_id}}", gradebooks.delete_student),
    ("POST", f"{_GRADEBOOK}/open-scores-by-class", gradebooks.open_scores),
    ("POST", f"{_GRADEBOOK}/end-term", gradebooks.end_the_term),
    ("POST", f"{_GRADEBOOK}/copy", gradebooks.copy),
    ("POST", f"{_GRADEBOOK}/backup", gradebooks.backup),
    ("POST", f"{_GRADEBOOK}/restore", gradebooks.restore_backup),
    ("PUT", f"{_GRADEBOOK}/rules", gradebooks.put_rules),
    ("PUT", f"{_GRADEBOOK}/transfer-grades", gradebooks.put_transfer_grades),
    ("POST", _ROSTER, gradebooks.enrol_student),
    ("DELETE", f"{_ROSTER}/{{student_id}}", gradebooks.withdraw_student),
)


def _routes() -> Router[Handler]:
    router: Router[Handler] = Router()
    for method, pattern, handler in TABLE:
        router.add(method, pattern, handler)
    return router


_ROUTES = _routes()
_WRONG = (BadCall, NotPossible, DocumentError, SwitchError, FaultError, RightsError)


def control(holder: Holder, request: Request, segments: list[str]) -> Response:
    match = _ROUTES.find(request.method, segments)
    if match is None:
        return _refused(404, f"there is no control call /sandbox/{'/'.join(segments)}")
    if isinstance(match, list):
        return _refused(405, f"/sandbox/{'/'.join(segments)} takes {', '.join(match)}")
    call = ControlCall(holder, match.params, request.query, request.body)
    try:
        answer = match.handler(call)
    except NothingThere as error:
        return _refused(404, str(error))
    except _WRONG as error:
        return _refused(400, str(error))
    if request.method != "GET":
        holder.world.changed = True
    if isinstance(answer, Created):
        return Response(201, msgspec.json.encode(answer.value))
    return Response(200, msgspec.json.encode(answer))


def _refused(status: int, message: str) -> Response:
    return Response(status, msgspec.json.encode({"message": message}))
