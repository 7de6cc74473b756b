"""Models: checkpoints get names, which are moved and removed."""

import json
import re
from urllib.parse import parse_qs, unquote, urlparse

from checking import require

from .accessibility import require_accessible
from .bed import HOSTILE, eventually, same


class ModelsDouble:
    """Answers for `/api/v1/models` as the contract says, with what it was told; commands are kept."""

    def __init__(self, checkpoint, session):
        self.checkpoint, self.session = checkpoint, session
        self.models, self.commands = {}, []

    def answer(self, request):
        """The status and the document of the answer."""
        parts = urlparse(request.url)
        names = [unquote(part) for part in parts.path.split("/models")[1].split("/") if part]
        if request.method != "GET":
            body = json.loads(request.post_data) if request.post_data else {}
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.commands.append({"method": request.method, "names": names, **body, **query})
            return self._command(request.method, names[0], names[2], {**body, **query})
        if not names:
            listed = [{"name": name, **model} for name, model in sorted(self.models.items())]
            return 200, {"models": listed, "total": len(listed)}
        if names[0] not in self.models:
            return 404, {"error": {"code": "not_found", "message": f"There is no model {names[0]}.", "details": {}}}
        model = {"name": names[0], **self.models[names[0]], "total": len(self.models[names[0]]["history"])}
        return 200, self._lineage(names) if names[-1] == "lineage" else model

    def _command(self, method, name, alias, body):
        when, position = "2026-11-29T12:00:00Z", 100 + len(self.commands)
        model = self.models.setdefault(
            name, {"aliases": [], "history": [], "created_at": when, "updated_at": when}
        )
        before = next((one["checkpoint_id"] for one in model["aliases"] if one["alias"] == alias), None)
        if body.get("expected_checkpoint_id", before) != before:
            words = f"The alias {alias} points at {before}, not at {body['expected_checkpoint_id']}."
            return 409, {"error": {"code": "conflict", "message": words, "details": {}}}
        model["aliases"] = [one for one in model["aliases"] if one["alias"] != alias]
        change = {"alias": alias, "reason": body["reason"], "by": body.get("by"), "actor": "page", "position": position}
        if before:
            change["previous_checkpoint_id"] = before
        if method == "PUT":
            pointed = {"checkpoint_id": body["checkpoint_id"], "session_id": self.session, "digest": "sha256:" + "ab" * 32}
            model["aliases"].append(
                {
                    **{"model": name, "epoch": 2, "metric_name": "val_dice", "metric_value": 0.5, "set_at": when},
                    **{"file_name": "model.bin", "file_size_bytes": 2000, **change, **pointed},
                }
            )
            change.update(pointed)
        model["history"].insert(0, {**change, "action": "set" if method == "PUT" else "removed", "changed_at": when})
        return 200, model["aliases"][-1] if method == "PUT" else {"message": "The alias was removed."}

    def _lineage(self, names):
        steps = [
            {"kind": "alias", "depth": 0, "summary": "the alias points at it", "facts": {}, "position": 101},
            {"kind": "session", "depth": 0, "summary": "it was trained", "facts": {"session_id": self.session}},
            {"kind": "data", "depth": 0, "summary": HOSTILE, "missing": True, "facts": {}},
        ]
        return {"model": names[0], "alias": names[2], "position": 101, "steps": steps, "complete": True}


def models(bed):
    session = bed.rich.id
    checkpoint = bed.api.get("/checkpoints", session_id=session)["checkpoints"][0]["checkpoint_id"]
    double = ModelsDouble(checkpoint, session)
    with bed.page() as page:

        def reply(route):
            status, document = double.answer(route.request)
            route.fulfill(status=status, json=document)

        page.route(re.compile(r"/api/v1/models\b"), reply)
        page.goto(bed.server.url + "/#/models")
        page.wait_for_selector("text=There is no model yet")
        page.goto(f"{bed.server.url}/#/session/{session}?tab=checkpoints")
        page.locator("button:has-text('Name…')").last.click()
        same(page.input_value("dialog label:has-text('Checkpoint') input"), checkpoint, "the checkpoint that is named")
        page.fill("dialog label:has-text('Model') input", HOSTILE)
        page.fill("dialog label:has-text('Alias') input", "production")
        page.fill("dialog label:has-text('Why') input", HOSTILE)
        page.fill("dialog label:has-text('Who') input", "ada")
        page.click("dialog button:has-text('Name it')")
        page.wait_for_selector("text=Where production comes from")
        page.wait_for_selector("text=it was trained")
        require(page.evaluate("window.pwned === undefined"), "a script ran in a model's name")
        same(page.locator("main img[src=x]").count(), 0, "the foreign elements")
        bed.picture(page, "model-light")
        require_accessible(page, "a model")
        page.click("button:has-text('Move')")
        require(checkpoint in page.inner_text("dialog"), "it is not said what the alias points at")
        page.fill("dialog label:has-text('Checkpoint') input", "ckpt_other")
        page.fill("dialog label:has-text('Why') input", "better")
        double.models[HOSTILE]["aliases"][0]["checkpoint_id"] = "ckpt_meanwhile"
        page.click("dialog button:has-text('Move') >> nth=-1")
        page.wait_for_selector("dialog >> text=points at ckpt_meanwhile")
        double.models[HOSTILE]["aliases"][0]["checkpoint_id"] = checkpoint
        page.click("dialog button:has-text('Move') >> nth=-1")
        page.wait_for_selector("td:has-text('ckpt_other')")
        same(double.commands[-1]["expected_checkpoint_id"], checkpoint, "what the alias must have pointed at")
        page.click("button:has-text('Remove')")
        page.fill("dialog label:has-text('Why') input", "withdrawn")
        page.click("dialog button:has-text('Remove') >> nth=-1")
        page.wait_for_selector("text=It has no alias any more")
        page.wait_for_selector("td:has-text('withdrawn')")
        page.click("h1 a")
        eventually(page, "document.querySelectorAll('tbody tr').length === 1", "the list of models")


CHECKS = [("checkpoints are named, and their names moved and removed", models)]
