"""The banner goes from the browser straight to S3: an offer here, the upload there, then attach."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from backend.events import media_bucket, services
from backend.events.models import Event
from backend.shared.errors import BadInput, DomainError, Unauthorized
from portal.common.json_body import posted
from portal.common.refusals import PAGES


def banner_context(event: Event) -> dict[str, Any]:
    """What the banner's part of a page needs."""
    return {
        "banner": media_bucket.public_url(event.banner_key) if event.banner_key else "",
        "banner_largest": media_bucket.LARGEST_UPLOAD,
        "offer_url": reverse("organiser:banner-offer", kwargs={"event_id": event.uuid}),
        "attach_url": reverse("organiser:banner", kwargs={"event_id": event.uuid}),
    }


class _BannerView(View):
    """JSON in and out, refusals too: the page stays where it is and says why."""

    http_method_names = ("post",)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            if not request.actor.is_signed_in:
                raise Unauthorized(_("You are signed out. Sign in again, then choose the file."))
            return super().dispatch(request, *args, **kwargs)
        except DomainError as refusal:
            request.outcome = refusal.code
            return _refused(refusal)


class OfferBannerView(_BannerView):
    def post(self, request: HttpRequest, event_id: str) -> JsonResponse:
        offer = services.offer_banner(
            event_id=event_id,
            content_type=_text(request, "content_type"),
            actor=request.actor,
            now=timezone.now(),
        )
        return JsonResponse({"url": offer.url, "fields": offer.fields, "key": offer.key})


class AttachBannerView(_BannerView):
    def post(self, request: HttpRequest, event_id: str) -> JsonResponse:
        event = services.attach_banner(
            event_id=event_id,
            key=_text(request, "key"),
            actor=request.actor,
            now=timezone.now(),
        )
        return JsonResponse({"banner": media_bucket.public_url(event.banner_key)})


def _text(request: HttpRequest, name: str) -> str:
    value = posted(request).get(name)
    if not isinstance(value, str):
        raise BadInput({name: _("A text is needed.")})
    return value


def _refused(refusal: DomainError) -> JsonResponse:
    status = next((s for kind, s in PAGES.items() if isinstance(refusal, kind)), 401)
    words = " ".join(refusal.fields.values()) or refusal.message
    return JsonResponse({"code": refusal.code, "message": words}, status=status)
