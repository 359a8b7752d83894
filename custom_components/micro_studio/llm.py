"""What language models may ask of studios; the guest's name is not for them."""

from abc import abstractmethod
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.llm import LLMTools
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.llm import (
    LLM_API_ASSIST,
    LLMContext,
    Tool,
    ToolAnnotations,
    ToolInput,
    ToolResult,
)
from homeassistant.helpers.selector import DateTimeSelector
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from .assistant import (
    Asker,
    RefusedError,
    Span,
    async_book_studio,
    async_next,
    async_reason,
    async_speech,
    availability,
)
from .const import DOMAIN
from .network import network
from .room import Room

_READ: Final = ToolAnnotations(read_only=True, destructive=False, idempotent=True, open_world=False)
_ADDS: Final = ToolAnnotations(destructive=False, open_world=False)

_STUDIO: Final = "Name of the studio, as the user says it."
_START: Final = "Start, as the studio's clock shows it: YYYY-MM-DD HH:MM:SS."
_END: Final = "End, as the studio's clock shows it: YYYY-MM-DD HH:MM:SS."


class StudioTool(Tool):
    """A tool that answers with data, or with a sentence that says why not."""

    integration = DOMAIN

    @override
    async def async_call(
        self, hass: HomeAssistant, tool_input: ToolInput, llm_context: LLMContext
    ) -> ToolResult:
        """Answer one call."""
        asker = Asker(hass, llm_context.context)
        language = llm_context.language or hass.config.language
        try:
            return ToolResult(
                data=await self.async_answer(asker, self.parameters(tool_input.tool_args))
            )
        except RefusedError as refused:
            speech = await async_speech(hass, language)
            return _error(speech.refused(refused))
        except HomeAssistantError as error:
            return _error(await async_reason(hass, error, language))

    @abstractmethod
    async def async_answer(self, asker: Asker, args: dict[str, Any]) -> JsonObjectType:
        """Return what the model is told."""


class IsFreeTool(StudioTool):
    """Tell whether a studio is free."""

    name = f"{DOMAIN}__is_free"
    title = "Is a studio free"
    description = (
        "Tell whether a studio is free now, at a moment or for a time, why not,"
        " and when it is free next. Use it before booking."
    )
    annotations = _READ
    parameters = vol.Schema(
        {
            vol.Required("studio", description=_STUDIO): cv.string,
            vol.Optional(
                "start", description=f"{_START} Leave it out for now."
            ): DateTimeSelector(),
            vol.Optional(
                "end", description=f"{_END} Leave it out for a moment."
            ): DateTimeSelector(),
        }
    )

    @override
    async def async_answer(self, asker: Asker, args: dict[str, Any]) -> JsonObjectType:
        """Return whether it is free."""
        room = await asker.async_room(args["studio"])
        start = _moment(room, args["start"]) if "start" in args else dt_util.utcnow()
        end = _moment(room, args["end"]) if "end" in args else None
        found = availability(room, start, end)
        return {
            "studio": found.studio,
            "free": found.not_free is None,
            "reason": None if found.not_free is None else found.not_free.value,
            **_times(found.asked),
            "free_until": _iso(found.until),
            "next_free": _iso(found.next_free),
        }


class WhoIsNextTool(StudioTool):
    """Tell which booking is next."""

    name = f"{DOMAIN}__who_is_next"
    title = "Who is next"
    description = "Tell time and title of the next booking of a studio, or of all studios."
    annotations = _READ
    parameters = vol.Schema(
        {vol.Optional("studio", description=f"{_STUDIO} Leave it out for all."): cv.string}
    )

    @override
    async def async_answer(self, asker: Asker, args: dict[str, Any]) -> JsonObjectType:
        """Return the next booking, without who comes: answers to models are kept in logs."""
        rooms = await asker.async_rooms()
        if "studio" in args:
            rooms = [await asker.async_room(args["studio"])]
        found = await async_next(asker, rooms)
        if found is None:
            return {"next": None}
        return {"next": {"studio": found.studio, "title": found.title, **_times(found.span)}}


class BookTool(StudioTool):
    """Book a studio."""

    name = f"{DOMAIN}__book"
    title = "Book a studio"
    description = "Book a studio for the user. Only for users who may control the studio."
    annotations = _ADDS
    parameters = vol.Schema(
        {
            vol.Required("studio", description=_STUDIO): cv.string,
            vol.Required("start", description=_START): DateTimeSelector(),
            vol.Required("end", description=_END): DateTimeSelector(),
            vol.Optional(
                "title", default="", description="Name of the show, never of a person."
            ): cv.string,
        }
    )

    @override
    async def async_answer(self, asker: Asker, args: dict[str, Any]) -> JsonObjectType:
        """Return what has been booked."""
        room = await asker.async_room(args["studio"])
        start, end = _moment(room, args["start"]), _moment(room, args["end"])
        booked = await async_book_studio(asker, room, start, end, args["title"])
        return {"booked": True, "studio": booked.studio, **_times(booked.span)}


@callback
def async_get_tools(hass: HomeAssistant, llm_context: LLMContext, api_id: str) -> LLMTools | None:
    """Return the tools of Assist, while there is a studio to ask about."""
    if api_id != LLM_API_ASSIST or not network(hass).rooms:
        return None
    return LLMTools(tools=[IsFreeTool(), WhoIsNextTool(), BookTool()])


def _error(text: str) -> ToolResult:
    return ToolResult(data={"error": text}, error=True)


def _moment(room: Room, text: str) -> datetime:
    """Read a time; without a zone it is the studio's."""
    moment = cv.datetime(text)
    return dt_util.as_utc(moment if moment.tzinfo else moment.replace(tzinfo=room.zone))


def _times(span: Span) -> JsonObjectType:
    return {"start": span.start.isoformat(), "end": _iso(span.end)}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
