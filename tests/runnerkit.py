"""Jobs of ansible-runner: a project folder with the lab's inventory, and what a job may leave behind."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml
from ansible.parsing.vault import VaultLib, VaultSecret
from secretkit import files_below, found, of_text
from sitekit import ROOT, Site

VAULT = "Vault-of-the-runner-2007!"
# As a survey gives them: text.
SURVEY = {"pool_report_publish": "true", "pool_verify_wait": "0", "pool_verify_replication_wait": "0"}
# The job of a project folder, as ansible-runner takes it.
JOB = ("-p", "deploy_pool.yml", "--ident", "job")


def encrypted(values: dict[str, str]) -> str:
    secret = VaultSecret(VAULT.encode())
    vault = VaultLib([("default", secret)])
    return str(vault.encrypt(yaml.safe_dump(values), secret=secret).decode())


def private_data(folder: Path, site: Site) -> str:
    """The example's folder with the estate's inventory: the DNS server's password in a vault, the others' at a prompt.

    Returns the password, which no file of it has but ``env/passwords``, as ansible-runner wants it.
    """
    shutil.copytree(ROOT / "examples" / "runner", folder)
    shutil.copytree(site.estate.inventory.parent, folder / "inventory")
    everywhere = folder / "inventory" / "group_vars" / "all.yml"
    variables = yaml.safe_load(everywhere.read_text(encoding="utf-8"))
    user, password = variables.pop("ansible_user"), variables.pop("ansible_password")
    everywhere.write_text(yaml.safe_dump(variables), encoding="utf-8")
    servers = everywhere.with_name("ucops_dns")
    servers.mkdir()
    account = {"ansible_user": user, "ansible_password": "{{ vault_dns_password }}"}
    (servers / "account.yml").write_text(yaml.safe_dump(account), encoding="utf-8")
    (servers / "vault.yml").write_text(encrypted({"vault_dns_password": password}), encoding="utf-8")
    prompts = {r"^SSH password:\s*?$": password, r"^Vault password:\s*?$": VAULT}
    (folder / "env" / "passwords").write_text(json.dumps(prompts), encoding="utf-8")
    (folder / "env" / "extravars").write_text(yaml.safe_dump(SURVEY), encoding="utf-8")
    return str(password)


def check_job(folder: Path, password: str, done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """A successful first rollout of the origin's estate, and no secret in what it left; returns what it published.

    :param folder: that of ``private_data``, which has returned the password.
    """
    assert done.returncode == 0, done.stdout + done.stderr
    artifacts, project = folder / "artifacts" / "job", folder / "project"
    assert (artifacts / "status").read_text(encoding="utf-8") == "successful"
    events = [json.loads(path.read_text(encoding="utf-8")) for path in (artifacts / "job_events").glob("*.json")]
    (statistics,) = [one["event_data"] for one in events if one["event"] == "playbook_on_stats"]
    assert statistics["changed"] == {"dc01.company.local": 1, "ocssrv01.company.local": 3, "ocssrv02.company.local": 2}
    published = statistics["artifact_data"]
    assert (published["ucops_rollout"]["status"], published["ucops_rollout"]["counts"]["proved"]) == ("done", 22)

    # In the job's own folder; and published, for those who throw that away.
    reports = {path.name: path.read_text(encoding="utf-8") for path in (project / "ucops-report").iterdir()}
    assert sorted(Path(name).suffix for name in reports) == [".json", ".md"]
    assert published["ucops_rollout_documents"] == reports

    secrets = [of_text("the account's password", password), of_text("the vault's password", VAULT)]
    told = {"the screen": (done.stdout + done.stderr).encode()}
    assert found(secrets, files_below(artifacts, project, folder / "inventory") | told) == []
    assert len(found(secrets, {"what was given": (folder / "env" / "passwords").read_bytes()})) == 2
    return dict(published)
