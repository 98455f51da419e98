"""Django with its cache for the whole site, in memory."""

from datetime import UTC, datetime

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    CACHE_MIDDLEWARE_SECONDS=int("@ttl@"),
    MIDDLEWARE=[
        "django.middleware.cache.UpdateCacheMiddleware",
        "django.middleware.http.ConditionalGetMiddleware",
        "django.middleware.cache.FetchFromCacheMiddleware",
    ],
)


def now(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"time": datetime.now(UTC).isoformat()})


urlpatterns = [path("time", now)]
application = get_wsgi_application()
