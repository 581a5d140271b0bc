"""POST /auth/device-token and POST /auth/login: a proof becomes a short access token."""

from __future__ import annotations

from typing import Any

from flask import request

from credentials.jws import public_key_of_jwk
from schemas.tablets import DeviceToken, DeviceTokenRequest
from schemas.wire import LoginRequest, UserToken
from server.access import public
from server.api.resource import PREFIX, Resource, operation, problems
from server.context import here
from server.keys import public_jwk
from server.limits import BY_ADDRESS, BY_LOGIN
from server.problems import ProblemError
from server.signin import sign_in
from server.tokens import (
    ACCESS_LIFETIME_S,
    TokenError,
    assertion_device,
    check_assertion,
    make_access_token,
    make_nonce,
    password_mark,
)

resource = Resource("auth", __name__, url_prefix=PREFIX, description="Proofs become tokens")


@resource.route("/auth/device-token", methods=["POST"])
@resource.arguments(DeviceTokenRequest)
@resource.response(200, DeviceToken)
@resource.doc(
    **operation("device_token", assertion_s=300, nonce_s=120, token_s=ACCESS_LIFETIME_S),
    responses=problems("auth.assertion", "device.unknown"),
)
@public
def device_token(sent: dict[str, Any]) -> dict[str, Any]:
    """Token for a device. A refused assertion is answered with a `nonce` to sign (two minutes).

    A revoked device gets its token too: it may still hand in what it holds (SPEC A9).
    """
    context = here()
    now_ms = context.clock()
    try:
        name = assertion_device(sent["assertion"])
        device = context.store.device(name)
        if device is None or device.kind == "server":
            raise ProblemError("device.unknown")
        check_assertion(
            sent["assertion"],
            device.id,
            public_key_of_jwk(device.jwk),
            context.nonce_key,
            context.started_ms,
            now_ms,
            context.assertions,
        )
    except TokenError as error:
        nonce = {"nonce": make_nonce(context.nonce_key, now_ms)}
        members = nonce if error.code == "auth.assertion" else None
        raise ProblemError(error.code, members=members) from None
    token = make_access_token(
        "device",
        device.id,
        {"checkpoint": device.checkpoint},
        context.keys.session,
        context.store.epoch,
        now_ms,
    )
    return {
        "access_token": token,
        "expires_in": ACCESS_LIFETIME_S,
        "sealing_key": public_jwk(context.keys.sealing),
    }


@resource.route("/auth/login", methods=["POST"])
@resource.arguments(LoginRequest)
@resource.response(200, UserToken)
@resource.doc(
    **operation("login", token_s=ACCESS_LIFETIME_S, rate=[BY_LOGIN.told, BY_ADDRESS.told]),
    responses=problems("auth.invalid", "request.rate"),
)
@public
def login(sent: dict[str, Any]) -> dict[str, Any]:
    """Token for a console user: password, and the one-time code where it is switched on."""
    context = here()
    user = sign_in(sent["login"], sent["password"], sent["totp"], request.remote_addr or "")
    token = make_access_token(
        "user",
        user.id,
        {"login": user.login, "password": password_mark(user.password_hash)},
        context.keys.session,
        context.store.epoch,
        context.clock(),
    )
    return {
        "access_token": token,
        "expires_in": ACCESS_LIFETIME_S,
        "user": {"id": user.id, "login": user.login, "name": user.name, "role": user.role},
    }
