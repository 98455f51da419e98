"""Django with ConditionalGetMiddleware."""

import json
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.static import serve

PAGE = json.loads(Path("@site@/page.json").read_text())

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.middleware.http.ConditionalGetMiddleware"],
)


def page(_request: HttpRequest) -> JsonResponse:
    return JsonResponse(PAGE)


urlpatterns = [path("page", page), path("files/<path:path>", serve, {"document_root": "@site@"})]
application = get_wsgi_application()
