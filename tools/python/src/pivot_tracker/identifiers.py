"""Ids that a command decides, spelled as the server spells them: so they are known before any server is."""

from __future__ import annotations

import hashlib
import secrets


def new_command_id() -> str:
    """A fresh command id, of 16 random bytes."""
    return "cmd_" + secrets.token_hex(16)


def new_claim_secret() -> str:
    """What proves that a repeated claim comes from the same claimer: it is sent with the claim and shown to nobody else."""
    return secrets.token_hex(16)


def session_id(command_id: str) -> str:
    """The id of the session that the command creates."""
    return "sess_" + _suffix("session", command_id)


def checkpoint_id(command_id: str, session: str) -> str:
    """The id of the checkpoint that the command saves in the session."""
    return "ckpt_" + _suffix("checkpoint/" + session, command_id)


def _suffix(kind: str, command_id: str) -> str:
    return hashlib.sha256(f"{kind}\0{command_id}".encode()).hexdigest()[:16]
