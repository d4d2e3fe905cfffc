"""Students of the class: the list, with a form for one whom Aeries does not know."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from twinbook.gradebook import overview, students
from twinbook.gradebook import totals as gradebook_totals
from twinbook.gradebook.errors import GradebookError
from twinbook.sync import student_lists
from twinbook.web import access, refusals
from twinbook.web.class_page import grid, pages
from twinbook.web.class_page.forms import StudentForm


@require_http_methods(["GET", "POST"])
@access.signed_in
def listed(request: HttpRequest, class_id: int) -> HttpResponse:
    if request.method == "GET":
        school_class = access.seen(request, class_id)
        form = StudentForm()
    else:
        school_class = access.editable(request, class_id)
        form = StudentForm(request.POST)
        if form.is_valid():
            try:
                place = students.add_by_hand(class_id, form.cleaned_data["name"], access.origin(request))
            except GradebookError as error:
                refusals.onto(form, error)
            else:
                messages.success(request, _("%(name)s is added.") % {"name": place.student.name})
                return redirect(reverse("class_page:students", args=[class_id]))
    book = overview.gradebook(class_id)
    totals = gradebook_totals.totals(book)
    rows = [(place, grid.total_text(totals[place.student_id])) for place in book.students]
    context = {"rows": rows, "form": form, "lists": student_lists.of_class(class_id)}
    return pages.shown(request, school_class, "students.html", context, title=_("Students"))
