"""
The webhooks of an entry: a signed delivery becomes a booking, or says why it does not.

Home Assistant answers 200 for a webhook that nobody has registered, and the sender would take its
booking for delivered. So they listen from the first attempt to set the entry up, and go on while it
is unloaded or tried again: whoever sends something then is asked to come again. Neither an answer
nor a log quotes what was sent.
"""

from collections.abc import Callable
from http import HTTPStatus
import traceback
from typing import Any, Final

from aiohttp.hdrs import METH_POST, RETRY_AFTER
from aiohttp.web import Request, Response, json_response
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JSON_DECODE_EXCEPTIONS, json_loads

from .const import DOMAIN, LOGGER, SUBENTRY_WEBHOOK
from .core.document import Node
from .reception import Answer, DeliveryRefusedError, Reception
from .sources.intake import acuity, calcom, neutral
from .sources.intake.delivery import Delivery, DeliveryError, Format, Ignore
from .sources.intake.revisions import Revisions
from .sources.intake.signature import HEADERS, is_signed
from .sources.intake.subscription import Subscription

MOST_BYTES: Final = 64 * 1024
VERSION: Final = 1
SAVE_DELAY: Final = 5.0  # s
_QUIET: Final = 600.0  # s between two lines about wrong signatures
_LATER: Final = "300"  # s; when it is worth trying again


class Intake:
    """Keep the webhooks of one entry in step with its subentries."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._hass = hass
        self._entry = entry
        self._webhooks: dict[str, _Webhook] = {}
        self._known: dict[str, Revisions] = {}
        self._store = _store(hass, entry)
        self._readable = False

    async def async_open(self) -> None:
        """
        Listen; until the entry is loaded, senders are asked to come again.

        Raises:
            PersistError: what was remembered is broken; it does not pass for nothing.

        """
        if (data := await self._store.async_load()) is not None:
            for subentry_id, node in Node(place="webhooks", value=data).child("taken").children():
                self._known[subentry_id] = Revisions()
                self._known[subentry_id].load(node)
        self._readable = True
        self.sync()

    @callback
    def sync(self) -> None:
        """Listen for each webhook that there is, and for no other."""
        wanted = {
            each.subentry_id: each for each in self._entry.get_subentries_of_type(SUBENTRY_WEBHOOK)
        }
        for subentry_id in self._webhooks.keys() - wanted.keys():
            self._webhooks.pop(subentry_id).close()
        for subentry_id in self._known.keys() - wanted.keys():
            del self._known[subentry_id]
            self.save()
        for subentry_id, subentry in wanted.items():
            if subentry_id not in self._webhooks:
                known = self._known.setdefault(subentry_id, Revisions())
                self._webhooks[subentry_id] = _Webhook(
                    self._hass, self._entry, subentry, Reception(subentry_id, known), self.save
                )

    @callback
    def save(self) -> None:
        """Write soon what was taken."""
        self._store.async_delay_save(self._data, SAVE_DELAY)

    async def async_close(self) -> None:
        """Write what was taken; who sends something from now on is asked to come again."""
        if self._readable:  # what could not be read stays as it is
            await self._store.async_save(self._data())

    def _data(self) -> dict[str, Any]:
        return {"taken": {subentry: known.dump() for subentry, known in self._known.items()}}


async def async_forget(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Leave nothing behind of an entry that was removed."""
    for subentry in entry.get_subentries_of_type(SUBENTRY_WEBHOOK):
        webhook.async_unregister(hass, Subscription.load(subentry.data).webhook_id)
    await _store(hass, entry).async_remove()


def _store(hass: HomeAssistant, entry: ConfigEntry) -> Store[dict[str, Any]]:
    key = f"{DOMAIN}.{entry.entry_id}.webhooks"
    return Store(hass, VERSION, key, private=True, atomic_writes=True)


class _Webhook:
    """One address: let nobody in who has not signed, and nothing that cannot be read."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        subentry: ConfigSubentry,
        reception: Reception,
        taken: Callable[[], None],
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._subentry = subentry
        self._reception = reception
        self._taken = taken
        self._strangers = _Strangers(hass)
        self._id = Subscription.load(subentry.data).webhook_id
        self.close()  # an earlier attempt to set the entry up may listen here
        webhook.async_register(
            hass, DOMAIN, subentry.title, self._id, self._handle, allowed_methods=[METH_POST]
        )

    @callback
    def close(self) -> None:
        """Listen no more."""
        webhook.async_unregister(self._hass, self._id)

    async def _handle(self, hass: HomeAssistant, webhook_id: str, request: Request) -> Response:
        """Answer one delivery."""
        try:
            body = await _body(request)
            subscription = Subscription.load(self._subentry.data)
            self._check(subscription, body, request.headers.get(HEADERS[subscription.format], ""))
            return json_response(await self._async_take(subscription, body))
        except DeliveryRefusedError as refusal:
            return _refused(refusal)
        except Exception as error:  # noqa: BLE001 - or Home Assistant would answer that all is well
            # Where it broke, without the message: that may quote what was sent.
            where = "".join(traceback.format_tb(error.__traceback__))
            LOGGER.error("%s broke us: %s\n%s", self._subentry.title, type(error).__name__, where)
            return Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)

    def _check(self, subscription: Subscription, body: bytes, signature: str) -> None:
        """Let nobody further who does not know the secret, or whose webhook was removed."""
        if self._subentry.subentry_id not in self._entry.subentries:
            self.close()  # it was removed while nobody looked
            raise DeliveryRefusedError(HTTPStatus.GONE, "removed")
        if not is_signed(subscription.format, body, subscription.secret, signature):
            self._strangers.note(self._subentry.title)
            raise DeliveryRefusedError(HTTPStatus.UNAUTHORIZED, "wrong_signature")

    async def _async_take(self, subscription: Subscription, body: bytes) -> Answer:
        """Read what its sender has signed, and carry it out."""
        try:
            return await self._async_carry_out(subscription, body)
        except DeliveryRefusedError as refusal:
            LOGGER.info(
                "A delivery to %s was refused: %s %s",
                self._subentry.title,
                refusal.error,
                refusal.field,
            )
            raise

    async def _async_carry_out(self, subscription: Subscription, body: bytes) -> Answer:
        """Carry a delivery out, once the entry is loaded."""
        if self._entry.state is not ConfigEntryState.LOADED:
            raise DeliveryRefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "not_loaded")
        delivery = await self._async_read(subscription, body)
        if self._entry.state is not ConfigEntryState.LOADED:  # reading may take a while
            raise DeliveryRefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "not_loaded")
        answer = await self._reception.async_take(
            delivery, self._entry.runtime_data, dt_util.utcnow()
        )
        self._taken()
        return answer

    async def _async_read(self, subscription: Subscription, body: bytes) -> Delivery:
        """Return what a body says."""
        source = self._subentry.subentry_id
        try:
            match subscription.format:
                case Format.ACUITY:
                    return await self._async_ask(subscription, body)
                case Format.CAL_COM:
                    return calcom.read(_json(body), source)
                case Format.NEUTRAL:
                    return neutral.read(_json(body), source)
        except DeliveryError as error:
            raise DeliveryRefusedError(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "invalid",
                field=error.field,
                expected=error.expected,
            ) from None

    async def _async_ask(self, subscription: Subscription, body: bytes) -> Delivery:
        """Ask Acuity for the appointment that it has told of."""
        notice = acuity.read_notice(body)
        if isinstance(notice, Ignore):
            return notice
        account = acuity.Account(user=subscription.user_id, key=subscription.secret)
        asked_at = dt_util.utcnow()
        try:
            found = await acuity.fetch(
                async_get_clientsession(self._hass), acuity.API, account, notice
            )
        except acuity.AcuityError as error:
            LOGGER.info("Acuity did not tell %s of an appointment: %s", self._subentry.title, error)
            raise DeliveryRefusedError(
                HTTPStatus.SERVICE_UNAVAILABLE, "acuity_unavailable"
            ) from None
        return acuity.read(notice, found, self._subentry.subentry_id, asked_at)


class _Strangers:
    """Count wrong signatures; the log hears of the first, then now and then."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._count = 0
        self._quiet_until = 0.0

    def note(self, name: str) -> None:
        """Count one more."""
        self._count += 1
        now = self._hass.loop.time()
        if now < self._quiet_until:
            return
        self._quiet_until = now + _QUIET
        LOGGER.info("%s: %d deliveries had a wrong signature so far", name, self._count)


async def _body(request: Request) -> bytes:
    """Read a body, but no more than one can have to say."""
    content, body = request.content, b""
    while chunk := await content.read(MOST_BYTES + 1 - len(body)):
        body += chunk
        if len(body) > MOST_BYTES:
            raise DeliveryRefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
    return body


def _json(body: bytes) -> object:
    """Read JSON; what is none was not garbled on its way, for it was signed like that."""
    try:
        return json_loads(body)
    except JSON_DECODE_EXCEPTIONS:
        raise DeliveryRefusedError(
            HTTPStatus.BAD_REQUEST, "malformed", field="body", expected="JSON"
        ) from None


def _refused(refusal: DeliveryRefusedError) -> Response:
    """Tell a sender why, and when it is worth coming again."""
    words = {"error": refusal.error, "field": refusal.field, "expected": refusal.expected}
    later = {RETRY_AFTER: _LATER} if refusal.status.is_server_error else None
    return json_response(
        {name: word for name, word in words.items() if word},
        status=refusal.status,
        headers=later,
    )
