"""The site's own tests. They don't depend on Byline, and pass with and without it."""

from datetime import date

from django.core import mail
from django.test import LiveServerTestCase, TestCase
from django.utils.timezone import get_current_timezone_name
from django.views.generic import TemplateView
from members.models import Member

from tasks.models import Task

FORM = {"username": "jane@example.org", "password": "correct horse"}


class MemberTests(TestCase):
    def setUp(self) -> None:
        self.jane = Member.objects.create_user("jane@example.org", "correct horse", called="Jane")

    def test_logging_in(self) -> None:
        self.assertRedirects(self.client.get("/account/"), "/anmelden/?next=/account/")
        page = self.client.get("/anmelden/")
        self.assertContains(page, "<h1>Anmelden</h1>")
        self.assertContains(page, "Passwort:")
        self.assertRedirects(self.client.post("/anmelden/", FORM), "/")
        self.assertRedirects(self.client.get("/anmelden/"), "/")
        self.assertRedirects(self.client.post("/abmelden/"), "/")

    def test_the_session_is_cached(self) -> None:
        self.client.force_login(self.jane)
        with self.assertNumQueries(1):  # the member
            self.client.get("/tasks/add/")

    def test_a_new_password_by_mail(self) -> None:
        self.client.post("/passwort/", {"email": "jane@example.org"})
        (message,) = mail.outbox
        self.assertEqual(message.to, ["jane@example.org"])
        self.assertIn("/passwort/", message.body)

    def test_members_in_the_admin(self) -> None:
        self.client.force_login(Member.objects.create_superuser("root@example.org"))
        self.assertContains(self.client.get("/admin/members/member/"), "jane@example.org")
        self.assertContains(self.client.get(f"/admin/members/member/{self.jane.pk}/change/"), "Sichern")


class TaskTests(TestCase):
    def setUp(self) -> None:
        self.jane = Member.objects.create_user("jane@example.org", "correct horse")
        self.client.force_login(self.jane)

    def test_a_date_in_german(self) -> None:
        self.client.post("/tasks/add/", {"title": "Streichen", "due": "24.12.2026"})
        self.assertEqual(Task.objects.get().due, date(2026, 12, 24))
        self.assertContains(self.client.get("/account/"), "Streichen, 24. Dezember 2026")
        self.assertEqual(mail.outbox[0].to, ["jane@example.org"])

    def test_a_wrong_date(self) -> None:
        page = self.client.post("/tasks/add/", {"title": "Streichen", "due": "2026-31-31"})
        self.assertContains(page, "Bitte ein gültiges Datum eingeben.")

    def test_the_language_of_the_browser(self) -> None:
        page = self.client.post("/tasks/add/", {"title": ""}, headers={"accept-language": "en"})
        self.assertContains(page, "This field is required.")

    def test_the_time_zone_is_the_sites(self) -> None:
        self.client.get("/account/")
        self.assertEqual(get_current_timezone_name(), "Europe/Berlin")


class PolicyTests(TestCase):
    def test_the_policy_has_nothing_inline(self) -> None:
        policy = self.client.get("/").headers["Content-Security-Policy"]
        self.assertTrue(policy.startswith("default-src 'self'; form-action 'self'"))

    def test_a_page_that_is_not_there(self) -> None:
        self.assertContains(self.client.get("/nowhere/"), "Der Verein hat diese Seite nicht", status_code=404)

    def test_the_page_of_the_site(self) -> None:
        self.assertEqual(self.client.get("/").resolver_match.func.view_class, TemplateView)


class ServedTests(LiveServerTestCase):
    """A LiveServerTestCase: after each of its tests, Django empties the tables."""

    def test_members_are_served(self) -> None:
        Member.objects.create_user("jane@example.org", "correct horse")
        answer = self.client.get(f"{self.live_server_url}/")
        self.assertContains(answer, "Willkommen")

    def test_and_forgotten(self) -> None:
        self.assertFalse(Member.objects.exists())
