"""A student's Django project in one file: a cache of 30 s by Django's own, as WSGI and as ASGI."""

import itertools

import django
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["*"],
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    ROOT_URLCONF=__name__,
    SECRET_KEY="not one",  # noqa: S106
    USE_TZ=True,
)
django.setup()
_count = itertools.count()


def cached_time(request: HttpRequest) -> JsonResponse:
    value = cache.get("value")
    if value is not None:
        return JsonResponse({"time": value, "cached": True})
    cache.set("value", f"number {next(_count)}", 30)
    return JsonResponse({"time": cache.get("value"), "cached": False})


urlpatterns = [path("cached-time/", cached_time)]
application = get_wsgi_application()
asgi = get_asgi_application()
