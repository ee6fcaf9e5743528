from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.decorators.cache import cache_control
from django.views.i18n import JavaScriptCatalog

from hipcourse.health import healthz
from hipcourse.icons import favicon
from hipcourse.media import serve_media

urlpatterns = [
    path("", include("lessons.urls")),
    path("", include("quizzes.urls")),
    path("", include("mailings.urls")),
    path("", include("anatomy.urls")),
    path("account/", include("accounts.urls")),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path(
        "jsi18n/",
        cache_control(public=True, max_age=24 * 3600)(JavaScriptCatalog.as_view()),
        name="javascript-catalog",
    ),
    path("favicon.ico", favicon, name="favicon"),
]
if settings.DEBUG:
    urlpatterns += [
        path("dev/mail/", include("mailings.dev_urls")),
        path("media/<path:path>", serve_media, {"document_root": settings.MEDIA_ROOT}),
    ]

handler400 = "hipcourse.errors.bad_request"
handler403 = "hipcourse.errors.permission_denied"
handler404 = "hipcourse.errors.page_not_found"
handler500 = "hipcourse.errors.server_error"
