"""The API itself: its routes, its OpenAPI 3.1 description and the page that shows it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema

from integrations.api import programme, sales
from integrations.api.problems import CONTENT_TYPE, add_handlers

DESCRIPTION = (
    "Anybody may read the programme. To sell, send a key: `Authorization: Bearer KEY`. "
    "Errors are application/problem+json: decide by `code`. Money is a decimal string, times have an offset."
)


class OurDocs(Swagger):
    """Swagger UI from our own static files, without inline code."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        settings = {**self.settings, "url": self.get_openapi_url(api, kwargs), "validatorUrl": None}
        return render(request, "integrations/api_docs.html", {"api": api, "swagger": settings})


class OurAPI(NinjaAPI):
    def get_openapi_schema(self, **given: Any) -> OpenAPISchema:
        """Ninja describes every answer as application/json; errors are application/problem+json."""
        schema = super().get_openapi_schema(**given)
        for path in schema["paths"].values():
            for operation in path.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in answer.get("content", {}):
                        answer["content"] = {CONTENT_TYPE: answer["content"].pop("application/json")}
        return schema


api = OurAPI(
    title="Cinema API", version="1", description=DESCRIPTION, docs=OurDocs(), docs_url="/", urls_namespace="api"
)
add_handlers(api)
api.add_router("/v1", programme.router)
api.add_router("/v1", sales.router)
