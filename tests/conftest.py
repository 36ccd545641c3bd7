import gc
import os
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from pytest_django import DjangoDbBlocker

from screenings.models import Cinema
from tests.helpers.cinema_fixtures import create_rows_of_chain, create_rows_of_cinema
from tests.helpers.database.template import create_test_database
from tests.helpers.factories import a_cinema
from tests.helpers.pages.rendering import rendered_if
from tests.helpers.sampling import cases_of_another_run
from tests.helpers.shared_rows import rows_of_a_module
from tools.compile_translations import compile_catalogues

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure() -> None:
    """Texts in Russian are tested too, and a fresh clone has no compiled catalogue."""
    compile_catalogues(ROOT / "locale")
    gc.set_threshold(50_000, 20, 100)  # looking for garbage is a quarter of the time in which tests are collected


DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}  # the others of pytest-django ask for one of these


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only",
        action="store_true",
        help="leave out the tests that use no database (pytest-django keeps them from it): another run has them",
    )
    parser.addoption(
        "--cases",
        choices=["sample", "rest", "all"],
        default="all",
        help="of a test marked exhaustive(one_in=5): one in five of its cases, or those that such a run leaves to"
        " another, on the same database if the test depends on it; all of them otherwise",
    )


#: Tests of what depends on the database itself, besides those marked `postgres` and those of migrations: in these
#: folders of an app, and in the folders of these apps.
OF_DATABASE, APPS_OF_DATABASE = {"counting", "models", "races"}, {"consistency", "jobs", "reliability"}
#: Tests of one page or of a few. They run on SQLite: what a page asks the database is tested where it is written, and
#: those of `every_page` and of `security` open each page on both databases.
PAGES = {Path("backoffice"), Path("boxoffice/views"), Path("storefront/views")}
#: What `make quick` leaves out besides tests marked `slow`: files and folders that take seconds as a whole.
SLOW = {
    "accounts/services/test_approvals.py",
    "accounts/test_throttling.py",
    "backoffice",
    "boxoffice",
    "cinema/test_environment.py",
    "consistency",
    "customers/services",
    "demo/management",
    "docs/test_figures.py",
    "docs/test_roles.py",
    "film_hire/services",
    "film_hire/workflows",
    "house_rules/test_decoding.py",
    "house_rules/test_static_files.py",
    "incidents/services",
    "integrations",
    "jobs/management/commands/test_check_schedule.py",
    "payments/contracts",
    "payments/fiscal",
    "pricing/services/test_previewing.py",
    "reliability",
    "reports/catalogue",
    "reports/models/test_segments.py",
    "reports/services",
    "reports/workflows",
    "screenings/test_pictures.py",
    "security",
    "storefront/every_page",
    "storefront/services/test_campaigns.py",
    "storefront/views",
    "storefront/workflows",
}


def pytest_itemcollected(item: pytest.Item) -> None:
    path = item.path.relative_to(ROOT / "tests")
    folders = path.parent.parts
    of_database = OF_DATABASE.intersection(folders[-1:]) or APPS_OF_DATABASE.intersection(folders[:1])
    if of_database or path.name == "test_migrations.py" or item.get_closest_marker("postgres"):
        item.add_marker(pytest.mark.database)
    if not PAGES.isdisjoint(path.parents) and "every_page" not in folders and not of_database:
        item.add_marker(pytest.mark.page)
    if folders[:1] == ("browser",):
        item.add_marker(pytest.mark.browser)
    if folders[:1] == ("reliability",):
        item.add_marker(pytest.mark.reliability)
    if not SLOW.isdisjoint(str(each) for each in (path, *path.parents)):
        item.add_marker(pytest.mark.slow)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("database_only"):
        leave_out(config, items, [item for item in items if not uses_database(item)])
    leave_out(config, items, cases_of_another_run(items, asked_for=config.getoption("cases")))
    # Tests in a browser come first: at the end, one of two workers would wait for the other's.
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


def leave_out(config: pytest.Config, items: list[pytest.Item], unwanted: list[pytest.Item]) -> None:
    config.hook.pytest_deselected(items=unwanted)
    dropped = set(unwanted)
    items[:] = [item for item in items if item not in dropped]


def uses_database(item: pytest.Item) -> bool:
    marked = any(item.get_closest_marker(name) for name in ("django_db", "postgres"))
    of_django = issubclass(getattr(item, "cls", None) or object, TransactionTestCase)
    return marked or of_django or not DATABASE_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Files that were asked for by name may hold no test that uses a database: that is no failure."""
    named = session.config.getoption("database_only") and session.config.getoption("file_or_dir")
    if named and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
        session.exitstatus = pytest.ExitCode.OK


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it again and again for garbage is a tenth of the run."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """In place of pytest-django's own, which runs all migrations."""
    with django_db_blocker.unblock():
        former = connection.settings_dict["NAME"]
        create_test_database()
    yield
    with django_db_blocker.unblock():
        connection.creation.destroy_test_db(former, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def lasting_connection() -> Iterator[None]:
    """Keep the connection after a test that commits: a new one makes PostgreSQL read its catalogue again.

    The method is Django's own affair, but nothing documented keeps a connection here.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_should_reload_connections", lambda _self: False)
        yield


def pytest_runtest_setup(item: pytest.Item) -> None:
    translation.activate(
        settings.LANGUAGE_CODE
    )  # a view or a browser test may have left another language in the thread
    for vendor, marker in (("postgresql", "postgres"), ("sqlite", "sqlite")):
        if item.get_closest_marker(marker) and connection.vendor != vendor:
            pytest.skip(f"needs {vendor}, this run is on {connection.vendor}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tests of malformed text log malformed text, which xdist's workers cannot send home as it is."""
    report = yield
    report.sections = [(name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections]
    return report


@pytest.fixture
def child_environment(transactional_db: None) -> dict[str, str]:
    """What a child process needs to run `manage.py` on this test's own database: see `manage`.

    A child sees only what is committed, hence the transactional database.
    """
    database = connection.settings_dict
    name = quote(str(database["NAME"]))
    if connection.vendor == "sqlite":
        url = f"sqlite:///{name}"
    else:
        given = {key.lower(): quote(str(database[key]), safe="") for key in ("USER", "PASSWORD", "HOST", "PORT")}
        login = given["user"] + (f":{given['password']}" if given["password"] else "")
        place = given["host"] + (f":{given['port']}" if given["port"] else "")
        socket = database["OPTIONS"].get("host")
        url = f"postgres://{login}@{place}/{name}" + (f"?host={quote(socket)}" if socket else "")
    return os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "TEST_DATABASE_URL": url}


@pytest.fixture
def new_database(child_environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes a database without tables, on the server of this run or in a file, and returns its URL."""
    former, made = str(connection.settings_dict["NAME"]), []

    def create(name: str) -> str:
        if connection.vendor == "sqlite":
            return f"sqlite:///{quote(str(tmp_path / name))}.sqlite3"
        made.append(f"{former}_{name}")
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{made[-1]}"')
        return child_environment["TEST_DATABASE_URL"].replace(former, made[-1])

    yield create
    with connection.cursor() as cursor:
        for each in made:
            cursor.execute(f'DROP DATABASE "{each}"')


@pytest.fixture
def fresh_database(new_database: Callable[[str], str]) -> str:
    """The URL of a database without tables."""
    return new_database("fresh")


@pytest.fixture
def manage() -> list[str]:
    """The words that start a management command in a child process: `subprocess.run([*manage, "check"], env=...)`."""
    return [sys.executable, str(ROOT / "manage.py")]


@pytest.fixture(scope="module")
def two_cinemas(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Cinema, Cinema]]:
    """Two cinemas with a row of every kind, and the rows of their chain, which stay until the end of the module."""
    with rows_of_a_module(django_db_blocker):
        both = a_cinema(), a_cinema()
        create_rows_of_chain()
        for each in both:
            create_rows_of_cinema(each)
        yield both


@pytest.fixture
def without_rendering() -> Iterator[None]:
    """For tests that read the status and the context of the admin's pages, not their HTML."""
    with rendered_if(False):
        yield
