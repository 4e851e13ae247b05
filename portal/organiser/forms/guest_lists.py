from django import forms
from django.utils.translation import gettext_lazy as _

from backend.registrations.exports import FileFormat
from portal.common.forms import FoyerForm


class UploadForm(FoyerForm):
    file = forms.FileField(
        label=_("CSV or XLSX file"),
        help_text=_("Its first row names the columns. At most 4 MB and 10,000 rows."),
        widget=forms.FileInput({"class": "fo-input fo-file", "accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )


class ExportForm(FoyerForm):
    format = forms.ChoiceField(
        label=_("Format"),
        choices=[
            (FileFormat.XLSX.value, _("Excel (XLSX)")),
            (FileFormat.CSV.value, _("CSV, for other programs")),
        ],
        initial=FileFormat.XLSX.value,
        widget=forms.RadioSelect,
    )
