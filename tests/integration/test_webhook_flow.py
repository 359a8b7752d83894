"""Making a webhook: what is shown, and what of it never again."""

from typing import Any

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigSubentry,
    SubentryFlowContext,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import config_validation as cv
from homeassistant.setup import async_setup_component
from probatio import to_field_list
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.micro_studio.const import CONF_KIND, DOMAIN, KIND_SITE, SUBENTRY_WEBHOOK
from custom_components.micro_studio.sources.intake.delivery import Format
from custom_components.micro_studio.sources.intake.subscription import Subscription

type Form = Any  # what a flow shows, as a browser takes it

OUTSIDE, INSIDE = "https://studio.example.com", "http://homeassistant.local:8123"


@pytest.fixture
async def site(hass: HomeAssistant) -> MockConfigEntry:
    """Set up a site without studios, in a Home Assistant with both addresses."""
    assert await async_setup_component(hass, "webhook", {})
    hass.config.external_url, hass.config.internal_url = OUTSIDE, INSIDE
    entry = MockConfigEntry(
        domain=DOMAIN, title="Old town", unique_id="old-town", data={CONF_KIND: KIND_SITE}
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


async def begin(
    hass: HomeAssistant, site: MockConfigEntry, subentry: ConfigSubentry | None = None
) -> Form:
    """Start a flow for a new webhook, or for one that there is."""
    context = SubentryFlowContext(source=SOURCE_USER)
    if subentry is not None:
        context = SubentryFlowContext(source=SOURCE_RECONFIGURE, subentry_id=subentry.subentry_id)
    handler = (site.entry_id, SUBENTRY_WEBHOOK)
    return await hass.config_entries.subentries.async_init(handler, context=context)


async def say(hass: HomeAssistant, flow: Form, **answer: object) -> Form:
    """Fill in the form of a flow, as a browser would see it."""
    to_field_list(flow["data_schema"], custom_serializer=cv.custom_serializer)
    return await hass.config_entries.subentries.async_configure(flow["flow_id"], answer)


async def made(hass: HomeAssistant, site: MockConfigEntry, kind: Format) -> ConfigSubentry:
    """Make a webhook."""
    flow = await say(hass, await begin(hass, site), name="Shop", format=kind.value)
    if kind is Format.ACUITY:
        flow = await say(hass, flow, user_id="1234", secret="k3y")
    flow = await say(hass, flow)
    assert flow["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    (subentry,) = site.subentries.values()
    return subentry


@pytest.mark.parametrize("kind", [Format.NEUTRAL, Format.CAL_COM])
async def test_address_and_secret_are_shown_and_then_kept(
    hass: HomeAssistant, site: MockConfigEntry, kind: Format
) -> None:
    flow = await say(hass, await begin(hass, site), name=" Shop ", format=kind.value)
    assert (flow["type"], flow["step_id"]) == (FlowResultType.FORM, "secret")
    assert not flow["errors"]
    shown = flow["description_placeholders"]

    flow = await say(hass, flow)

    assert flow["type"] is FlowResultType.CREATE_ENTRY
    (subentry,) = site.subentries.values()
    kept = Subscription.load(subentry.data)
    assert (subentry.title, subentry.subentry_type) == ("Shop", SUBENTRY_WEBHOOK)
    assert (kept.format, kept.secret) == (kind, shown["secret"])
    assert shown["url"] == f"{OUTSIDE}/api/webhook/{kept.webhook_id}"
    assert len(kept.secret) == 64
    assert kept.secret not in repr(kept)


async def test_acuity_signs_with_its_own_key_which_is_not_shown(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    flow = await say(hass, await begin(hass, site), name="Acuity", format="acuity")
    assert flow["step_id"] == "account"
    flow = await say(hass, flow, user_id="me@example.com", secret=" ")
    assert flow["errors"] == {"user_id": "no_user_id", "secret": "no_key"}
    flow = await say(hass, flow, user_id=" 1234 ", secret=" k3y ")
    assert flow["step_id"] == "address"
    assert "k3y" not in str(flow)

    await say(hass, flow)

    (subentry,) = site.subentries.values()
    kept = Subscription.load(subentry.data)
    assert (kept.format, kept.user_id, kept.secret) == (Format.ACUITY, "1234", "k3y")


async def test_a_webhook_has_a_name(hass: HomeAssistant, site: MockConfigEntry) -> None:
    flow = await say(hass, await begin(hass, site), name=" ", format="neutral")
    assert (flow["step_id"], flow["errors"]) == ("user", {"name": "no_name"})


@pytest.mark.parametrize(
    ("outside", "inside", "problem", "url"),
    [
        (None, INSIDE, "only_local", INSIDE),
        ("http://192.0.2.1:8123", INSIDE, "only_local", INSIDE),
        (None, None, "no_address", ""),
    ],
)
async def test_an_address_that_the_internet_cannot_reach_is_pointed_out(
    hass: HomeAssistant,
    site: MockConfigEntry,
    outside: str | None,
    inside: str | None,
    problem: str,
    url: str,
) -> None:
    hass.config.external_url, hass.config.internal_url = outside, inside
    hass.config.api = None
    flow = await say(hass, await begin(hass, site), name="Shop", format="neutral")
    assert flow["errors"] == {"base": problem}
    assert flow["description_placeholders"]["url"].startswith(f"{url}/api/webhook/")
    flow = await say(hass, flow)
    assert flow["type"] is FlowResultType.CREATE_ENTRY


async def reconfigured(
    hass: HomeAssistant, site: MockConfigEntry, subentry: ConfigSubentry, **answer: object
) -> Form:
    """Open a webhook again and answer the first form."""
    return await say(hass, await begin(hass, site, subentry), **answer)


async def test_a_webhook_can_be_named_anew_and_shows_its_address_again(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    subentry = await made(hass, site, Format.NEUTRAL)
    before = dict(subentry.data)

    flow = await reconfigured(hass, site, subentry, name="New shop", renew_secret=False)

    assert flow["step_id"] == "address"
    assert before["webhook_id"] in flow["description_placeholders"]["url"]
    assert before["secret"] not in str(flow)
    flow = await say(hass, flow)
    assert (flow["type"], flow["reason"]) == (FlowResultType.ABORT, "reconfigure_successful")
    assert (subentry.title, dict(subentry.data)) == ("New shop", before)


async def test_a_new_secret_is_shown_once_and_the_address_stays(
    hass: HomeAssistant, site: MockConfigEntry
) -> None:
    subentry = await made(hass, site, Format.CAL_COM)
    before = Subscription.load(subentry.data)

    flow = await reconfigured(hass, site, subentry, name="Shop", renew_secret=True)
    assert flow["step_id"] == "secret"
    # Nothing has changed until it was seen.
    assert Subscription.load(subentry.data) == before
    await say(hass, flow)

    after = Subscription.load(subentry.data)
    assert after.secret == flow["description_placeholders"]["secret"] != before.secret
    assert after.webhook_id == before.webhook_id


@pytest.mark.parametrize(("answer", "key"), [({}, "k3y"), ({"secret": "0ther"}, "0ther")])
async def test_acuitys_key_stays_unless_another_is_entered(
    hass: HomeAssistant, site: MockConfigEntry, answer: dict[str, str], key: str
) -> None:
    subentry = await made(hass, site, Format.ACUITY)

    flow = await reconfigured(hass, site, subentry, name="Acuity", user_id="x", **answer)
    assert flow["errors"] == {"user_id": "no_user_id"}
    flow = await say(hass, flow, name="Acuity", user_id="99", **answer)
    assert flow["step_id"] == "address"
    await say(hass, flow)

    kept = Subscription.load(subentry.data)
    assert (kept.user_id, kept.secret) == ("99", key)
