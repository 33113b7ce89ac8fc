"""A ticket opens one socket, for pages of other origins, which can send no header and have no cookie here. It is sent as
a subprotocol: URLs end up in logs and histories."""

import secrets
from typing import Annotated

from asgiref.typing import ASGISendCallable, ASGISendEvent, WebSocketScope
from django.http import HttpRequest
from ninja import Router, Status
from pydantic import BaseModel, Field

from chat import rate_limits
from pipeline.store.indexes import TICKET_S
from pipeline.store.mongo import async_database
from project.models import Token

PROTOCOL = "studio"
PREFIX = "studio.ticket."
LENGTH = 32

router = Router()


class TicketForm(BaseModel):
    ticket: str
    protocols: Annotated[list[str], Field(description="The second argument of `new WebSocket(address, protocols)`")]
    expires_in_s: int


@router.post("/tickets/", response={201: TicketForm}, operation_id="createTicket", summary="A ticket for one socket")
async def create_ticket(request: HttpRequest) -> Status[TicketForm]:
    """For a browser whose page comes from elsewhere. Good once, for half a minute, and no longer than the token that
    asked for it."""
    await rate_limits.hit("ticket", str(request.user.pk))
    ticket = await issue(Token.digest_of(_token(request)))
    return Status(201, TicketForm(ticket=ticket, protocols=[PROTOCOL, PREFIX + ticket], expires_in_s=TICKET_S))


def _token(request: HttpRequest) -> str:
    return request.headers["Authorization"].partition(" ")[2].strip()


async def issue(token: str) -> str:
    ticket = secrets.token_urlsafe(LENGTH * 3 // 4)
    update = {"$set": {"token": token}, "$currentDate": {"issued_at": True}}
    await async_database()["tickets"].update_one({"_id": Token.digest_of(ticket)}, update, upsert=True)
    return ticket


def offered_ticket(scope: WebSocketScope) -> str | None:
    """The ticket among a handshake's subprotocols."""
    offered = scope.get("subprotocols", [])
    return next((each.removeprefix(PREFIX) for each in offered if each.startswith(PREFIX)), None)


async def redeem(ticket: str) -> str | None:
    """The token's digest, once; None for an invalid ticket. Raises `PyMongoError`."""
    if len(ticket) != LENGTH:
        return None
    is_fresh = {"$gt": ["$issued_at", {"$subtract": ["$$NOW", TICKET_S * 1000]}]}
    query = {"_id": Token.digest_of(ticket), "$expr": is_fresh}
    found = await async_database()["tickets"].find_one_and_delete(query)
    return str(found["token"]) if found else None


def choosing_protocol(scope: WebSocketScope, send: ASGISendCallable) -> ASGISendCallable:
    """Accepts with our subprotocol: browsers that offer some require that one is chosen."""
    if PROTOCOL not in scope.get("subprotocols", []):
        return send

    async def send_chosen(event: ASGISendEvent) -> None:
        await send({**event, "subprotocol": PROTOCOL} if event["type"] == "websocket.accept" else event)

    return send_chosen
