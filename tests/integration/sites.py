"""Sites as partners set them up: of what is there, with a calendar that is kept elsewhere."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from homeassistant.components.repairs import (
    DOMAIN as REPAIRS,
    RepairsFlowManager,
    repairs_flow_manager,
)
from homeassistant.config_entries import ConfigSubentry, ConfigSubentryData
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.micro_studio.const import CONF_KIND, DOMAIN, KIND_SITE, SUBENTRY_STUDIO
from tests.integration.automations import Site
from tests.integration.sight import Sight

SITE_KEY: Final = "old-town"

type Data = Mapping[str, Any]
type Form = Any  # what a flow shows, as a browser takes it


def site_of(hass: HomeAssistant, *, title: str = "Old town", **studios: Data) -> Site:
    """Return a site with these studios, their names derived from the ids; not set up yet."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=title,
        unique_id=SITE_KEY if title == "Old town" else title,
        data={CONF_KIND: KIND_SITE},
        subentries_data=[
            ConfigSubentryData(
                data=dict(data),
                subentry_type=SUBENTRY_STUDIO,
                title=f"Studio {studio.upper()}",
                unique_id=studio,
            )
            for studio, data in studios.items()
        ],
    )
    entry.add_to_hass(hass)
    return Site(hass, entry)


def sight_of(site: Site) -> Sight:
    """Return what Home Assistant shows of a site."""
    return Sight(site.hass, SITE_KEY)


def subentry_of(entry: MockConfigEntry, studio: str = "a") -> ConfigSubentry:
    """Return what is kept of a studio."""
    return next(each for each in entry.subentries.values() if each.unique_id == studio)


async def rebind(hass: HomeAssistant, entry: MockConfigEntry, /, **data: object) -> None:
    """Make the first studio of something else."""
    hass.config_entries.async_update_subentry(entry, subentry_of(entry), data=data)
    await quiet(hass)


async def quiet(hass: HomeAssistant) -> None:
    """Wait until nothing happens any more; not where there is a node, for it always does."""
    await hass.async_block_till_done(wait_background_tasks=True)


def issues(hass: HomeAssistant) -> list[ir.IssueEntry]:
    """Return what stands to be repaired."""
    return [issue for (domain, _), issue in ir.async_get(hass).issues.items() if domain == DOMAIN]


async def begin_to_fix(hass: HomeAssistant, issue: ir.IssueEntry) -> Form:
    """Open a repair, as the dashboard does."""
    assert await async_setup_component(hass, REPAIRS, {})
    return await _repairs(hass).async_init(DOMAIN, data={"issue_id": issue.issue_id})


async def fix(hass: HomeAssistant, flow: Form, **answer: object) -> None:
    """Fill in the form of a repair."""
    done = await _repairs(hass).async_configure(flow["flow_id"], answer)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await quiet(hass)


def _repairs(hass: HomeAssistant) -> RepairsFlowManager:
    flows = repairs_flow_manager(hass)
    assert flows is not None
    return flows


async def calendars(hass: HomeAssistant, config_dir: str) -> None:
    """Let Home Assistant keep calendars; it makes their folder when it starts, a test does not."""
    await hass.async_add_executor_job(Path(config_dir, ".storage").mkdir)
    assert await async_setup_component(hass, "calendar", {})
