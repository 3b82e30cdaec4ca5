"""The site's own tests. They don't depend on Byline, and pass with and without it."""

from audit_trail.models import Trail
from django.contrib.auth.models import User
from django.test import TestCase, TransactionTestCase
from django.urls import reverse

from plans.models import Plan

KIND = """<div id="id_kind">
  <div><label for="id_kind_0"><input type="checkbox" name="kind" value="a" id="id_kind_0"> Public</label></div>
  <div><label for="id_kind_1"><input type="checkbox" name="kind" value="b" id="id_kind_1"> Internal</label></div>
</div>"""


class PlanTests(TestCase):
    def test_a_plan_has_a_history_that_names_the_user(self) -> None:
        jane = User.objects.create_superuser("jane", password="correct horse")
        self.client.force_login(jane)
        self.client.post(reverse("admin:plans_plan_add"), {"name": "Garden"})
        plan = Plan.objects.get()
        self.assertEqual(plan.history.get().history_user, jane)
        self.assertContains(self.client.get(reverse("admin:plans_plan_history", args=[plan.pk])), "Garden")

    def test_a_user_who_is_deleted_leaves_plans_and_histories(self) -> None:
        jane = User.objects.create_user("jane")
        plan = Plan.objects.create(name="Garden", owner=jane)
        jane.delete()
        plan.refresh_from_db()
        self.assertIsNone(plan.owner)
        plan.history.all().delete()


class PageTests(TestCase):
    def setUp(self) -> None:
        self.jane = User.objects.create_user("jane", password="correct horse")

    def test_logging_in_and_out(self) -> None:
        self.assertRedirects(self.client.get("/account/"), "/login/?next=/account/")
        form = {"username": "jane", "password": "correct horse", "next": "/account/"}
        self.assertRedirects(self.client.post("/login/", form), "/account/")
        self.assertContains(self.client.get("/account/"), "Account of jane")
        self.client.post("/logout/")
        self.assertRedirects(self.client.get("/account/"), "/login/?next=/account/")

    def test_a_wrong_password(self) -> None:
        answer = self.client.post("/login/", {"username": "jane", "password": "wrong"})
        self.assertContains(answer, "Please enter a correct username and password.")

    def test_the_form_looks_as_django_makes_it(self) -> None:
        self.client.force_login(self.jane)
        self.assertContains(self.client.get("/plans/add/"), KIND, html=True)

    def test_a_page_takes_few_queries(self) -> None:
        self.client.force_login(self.jane)
        with self.assertNumQueries(4):  # the session, the user, and the request's transaction
            self.client.get("/plans/add/")

    def test_someone_who_is_deactivated_is_logged_out(self) -> None:
        self.client.force_login(self.jane)
        User.objects.update(is_active=False)
        self.assertEqual(self.client.get("/account/").status_code, 302)

    def test_there_is_no_such_page(self) -> None:
        self.assertContains(self.client.get("/nowhere/"), "Not Found", status_code=404)


class AdminTests(TestCase):
    def test_users_are_listed_changed_and_deleted(self) -> None:
        self.client.force_login(User.objects.create_superuser("root"))
        joe = User.objects.create_user("joe")
        self.assertContains(self.client.get("/admin/auth/user/"), "joe")
        self.assertContains(self.client.get(f"/admin/auth/user/{joe.pk}/change/"), "joe")
        self.client.post(f"/admin/auth/user/{joe.pk}/delete/", {"post": "yes"})
        self.assertEqual(list(User.objects.values_list("username", flat=True)), ["root"])


class AtomicTests(TransactionTestCase):
    """A TransactionTestCase: after each of its tests, Django empties the tables."""

    def setUp(self) -> None:
        self.client.force_login(User.objects.create_user("jane"))
        self.client.raise_request_exception = False

    def test_a_plan_and_its_trail_are_both_stored(self) -> None:
        self.client.post("/plans/add/", {"name": "Garden"})
        self.assertEqual((Plan.objects.count(), Trail.objects.count()), (1, 1))

    def test_or_neither(self) -> None:
        self.assertEqual(self.client.post("/plans/add/", {"name": "Impossible"}).status_code, 500)
        self.assertEqual((Plan.objects.count(), Trail.objects.count()), (0, 0))
