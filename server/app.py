"""The composition root: configuration, storage, keys and clock become one Flask application."""

from __future__ import annotations

import secrets

from flask import Flask

from schemas.sync_wire import SyncRequest
from server import api_docs, complaint_page, documents, sample_pages, static_tablet
from server.access import guard
from server.api import RESOURCES
from server.api.deprecation import add_notices
from server.api.resource import API_VERSION, make_api
from server.bases import AllowedOrigins, publish_bases
from server.config import Config
from server.console import add_console
from server.context import Clock, Context, system_clock
from server.cors import add_cors
from server.declare import pages as declare_pages
from server.declare.limits import DeclarationLimits
from server.entitled import Entitled
from server.headers import add_headers
from server.keys import KEY_BYTES, KeyRing
from server.limits import FAILURES_PER_ADDRESS, FailureLimit, SignInLimits
from server.packs import publish_packs
from server.problems import register_errors
from server.rate_headers import add_rate_headers
from server.repeats import Repeats
from server.requestlog import log_requests
from server.samples import SampleBook
from server.searches import OpenSearches
from server.store.protocol import Store
from server.store.sqlite import open_store
from server.token_limits import TokenLimits
from server.tokens import ReplayCache
from server.window import Starts


def create_app(config: Config, store: Store | None = None, clock: Clock = system_clock) -> Flask:
    """The application over `store` (opened from `config` when absent); `clock` gives Unix ms.

    Raises KeyRingError or what the store raises when the data directory cannot be used: a server
    that cannot keep what it is given must not start.
    """
    app = Flask("server", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = SyncRequest.max_bytes
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    keys = KeyRing.load_or_create(config.data_dir)
    if store is None:
        store = open_store(config, keys)
    publish_packs(store, keys, clock())
    publish_bases(store, keys, config.bases, clock())
    Context(
        config=config,
        store=store,
        keys=keys,
        clock=clock,
        # Whole seconds: an assertion's `iat` has no finer grain.
        started_ms=clock() // 1000 * 1000,
        nonce_key=secrets.token_bytes(KEY_BYTES),
        assertions=ReplayCache(),
        sign_ins=SignInLimits(),
        searches=OpenSearches(),
        enrolments=FailureLimit(FAILURES_PER_ADDRESS),
        origins=AllowedOrigins(store),
        entitled=Entitled(store, config.neighbours),
        starts=Starts(store),
        repeats=Repeats(keys.derive("repeats")),
        requests=TokenLimits(config.requests_per_minute),
    ).install(app)
    log_requests(app)
    add_cors(app)
    guard(app)
    register_errors(app)
    add_headers(app)
    add_rate_headers(app)
    add_notices(app)
    api = make_api(app, API_VERSION)
    for resource in RESOURCES:
        api.register_blueprint(resource)
    app.extensions[sample_pages.EXTENSION] = SampleBook()
    app.register_blueprint(sample_pages.pages)
    app.extensions[declare_pages.EXTENSION] = DeclarationLimits()
    app.register_blueprint(declare_pages.pages)
    app.register_blueprint(complaint_page.pages)
    app.register_blueprint(api_docs.pages)
    app.register_blueprint(documents.pages)
    app.register_blueprint(static_tablet.pages)
    add_console(app, keys.session)
    return app
