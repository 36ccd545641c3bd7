"""Publishing the chain's pages, and keeping under which terms an order was placed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from house_rules.models import AgreedTerms, ChainFace, ChainPage, PageVersion
from house_rules.scope import forget


def current_versions(page: ChainPage) -> dict[str, PageVersion]:
    """The latest version in each language. One query. Reads only."""
    return {version.language: version for version in page.versions.order_by("number")}


def publish(page: ChainPage, texts: Mapping[str, tuple[str, str]], *, at: datetime, actor: Any) -> list[PageVersion]:
    """Publish the titles and texts by language: those that differ from the current version become a new one.

    Former versions stay as they are. Returns the new ones. A constant number of queries. Owns its transaction.
    """
    with transaction.atomic():
        ChainPage.objects.select_for_update().get(pk=page.pk)
        current = current_versions(page)
        new = []
        for language, (title, text) in texts.items():
            former = current.get(language)
            if former is None or (former.title, former.text) != (title, text):
                number = former.number + 1 if former else 1
                new.append(
                    PageVersion(
                        page=page,
                        language=language,
                        number=number,
                        title=title,
                        text=text,
                        published_at=at,
                        published_by=actor,
                    )
                )
        PageVersion.objects.bulk_create(new)
        list_published()
    return new


def list_published() -> None:
    """Note the current versions on the chain's face, where the shop reads them. Four queries. Owns its transaction."""
    with transaction.atomic():
        ChainFace.objects.get_or_create(pk=ChainFace.ONE)
        row = ChainFace.objects.select_for_update().get(pk=ChainFace.ONE)
        latest: dict[tuple[int, str], PageVersion] = {}
        versions = PageVersion.objects.select_related("page").defer("text")
        for version in versions.order_by("page__position", "page", "number"):
            latest[version.page_id, version.language] = version
        published = [_facts(version) for version in latest.values()]
        ChainFace.objects.filter(pk=row.pk).update(published=published)
    forget("face")


def agree_to_terms(order: Any, version: int, *, at: datetime) -> None:
    """Keep which version of the terms the customer was shown; the first one stays. One query on PostgreSQL.

    A number that is not that of a version of the terms is ignored: it came from a form. Owns its transaction.
    """
    terms = PageVersion.objects.filter(pk=version, page__kind=ChainPage.Kind.TERMS)
    AgreedTerms.objects.bulk_create(
        [AgreedTerms(order=order, version=each, at=at) for each in terms.defer("text")], ignore_conflicts=True
    )


def _facts(version: PageVersion) -> dict[str, Any]:
    page = version.page
    return {
        "kind": page.kind,
        "slug": page.slug,
        "in_footer": page.in_footer,
        "language": version.language,
        "version": version.pk,
        "number": version.number,
        "title": version.title,
    }
