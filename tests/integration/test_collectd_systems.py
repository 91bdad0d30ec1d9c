# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names and paths that role collectd_ipmi takes on each system, rendered for facts as such systems have them.

Nothing is run on those systems. The roles' tests on nodes install Debian's packages; here Debian's names are compared
with what Debian's collectd says that its plugins want.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.collectd import FILE
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.collectd_spec import OUTPUTS_SPEC
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.surroundings import look_around
from harness.node import FIRST_USE_S, image_or_skip
from harness.playing import Player, tell

ROLE = Path(__file__).resolve().parents[2] / "roles" / "collectd_ipmi"

DEBIAN_FOLDER, RPM_FOLDER = "/etc/collectd/collectd.conf.d", "/etc/collectd.d"
# What is installed for every output together, beside collectd itself.
OLD_LIBRARIES = {"libopenipmi0", "libgcrypt20", "librrd8", "libsnmp40", "libcurl3-gnutls", "libyajl2"}
OLD_LIBRARIES |= {"libmicrohttpd12", "libprotobuf-c1"}
T64_LIBRARIES = {"libopenipmi0t64", "libgcrypt20", "librrd8t64", "libsnmp40t64", "libcurl4t64", "libyajl2"}
T64_LIBRARIES |= {"libmicrohttpd12t64", "libprotobuf-c1"}
EPEL = {"ipmi", "rrdtool", "snmp_agent", "write_http", "write_prometheus"}
EPEL_PACKAGES = {f"collectd-{plugin}" for plugin in EPEL}
SUSE_PACKAGES = {"collectd-plugin-ipmi", "collectd-plugin-snmp"}

FACTS = ("distribution", "distribution_major_version", "os_family")
# System -> recorded facts, packages, folder of files.
SYSTEMS: dict[str, tuple[tuple[str, str, str], set[str], str]] = {
    "bullseye": (("Debian", "11", "Debian"), OLD_LIBRARIES, DEBIAN_FOLDER),
    "bookworm": (("Debian", "12", "Debian"), OLD_LIBRARIES, DEBIAN_FOLDER),
    "trixie": (("Debian", "13", "Debian"), T64_LIBRARIES, DEBIAN_FOLDER),
    "focal": (("Ubuntu", "20", "Debian"), OLD_LIBRARIES - {"libsnmp40"} | {"libsnmp35"}, DEBIAN_FOLDER),
    "jammy": (("Ubuntu", "22", "Debian"), OLD_LIBRARIES, DEBIAN_FOLDER),
    # Its collectd is older than Debian's change from GnuTLS to OpenSSL.
    "noble": (
        ("Ubuntu", "24", "Debian"),
        T64_LIBRARIES - {"libcurl4t64"} | {"libcurl3t64-gnutls"},
        DEBIAN_FOLDER,
    ),
    "rocky8": (("Rocky", "8", "RedHat"), EPEL_PACKAGES, RPM_FOLDER),
    "rocky9": (("Rocky", "9", "RedHat"), EPEL_PACKAGES, RPM_FOLDER),
    "rocky10": (("Rocky", "10", "RedHat"), EPEL_PACKAGES, RPM_FOLDER),
    "alma9": (("AlmaLinux", "9", "RedHat"), EPEL_PACKAGES, RPM_FOLDER),
    "rhel9": (("RedHat", "9", "RedHat"), EPEL_PACKAGES, RPM_FOLDER),
    "sles15": (("SLES", "15", "Suse"), SUSE_PACKAGES, RPM_FOLDER),
}
# How the main file of each family mentions its folder; SUSE's is upstream's, which mentions none.
MENTIONS = {
    "Debian": f'<Include "{DEBIAN_FOLDER}">\n\tFilter "*.conf"\n</Include>\n',
    "RedHat": f'Include "{RPM_FOLDER}"\n',
    "Suse": "",
}
TOLD = (
    "{'packages': __collectd_ipmi_wanted_packages, 'outputs': __collectd_ipmi_output_packages,"
    " 'repository': __collectd_ipmi_repository_packages | default([]), 'program': __collectd_ipmi_program,"
    " 'main': __collectd_ipmi_config_file, 'folder': __collectd_ipmi_config_dir, 'service': __collectd_ipmi_service,"
    " 'mibs': __collectd_ipmi_mib_dir}"
)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """System -> names and paths: the role's own tasks up to where it takes them, played for recorded facts."""
    folder = tmp_path_factory.mktemp("systems")
    role = folder / "roles" / "names"
    shutil.copytree(ROLE, role, ignore=shutil.ignore_patterns("meta"))
    tasks = yaml.safe_load((ROLE / "tasks" / "main.yml").read_text())
    (last,) = [number for number, task in enumerate(tasks) if "ansible.builtin.include_vars" in task]
    tasks[last + 1 :] = [tell(TOLD, "{{ inventory_hostname }}.json")]
    (role / "tasks" / "main.yml").write_text(json.dumps(tasks))
    player = Player(folder, {**os.environ, "ANSIBLE_HOME": str(folder / "home")})
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    for name, (facts, _packages, _folder) in SYSTEMS.items():
        player.hosts[name] = {**local, **{f"recorded_{key}": value for key, value in zip(FACTS, facts, strict=True)}}
    # What is set so is among a host's facts.
    record = {"ansible.builtin.set_fact": {**{key: f"{{{{ recorded_{key} }}}}" for key in FACTS}, "cacheable": True}}
    variables = {"collectd_ipmi_outputs": {output: {} for output in OUTPUTS_SPEC}}
    play = {"hosts": "all", "gather_facts": False, "vars": variables, "pre_tasks": [record], "roles": ["names"]}
    played = player.run([play])
    assert played.status == 0, played.output
    return {name: player.told(f"{name}.json") for name in SYSTEMS}


@pytest.mark.parametrize("system", SYSTEMS)
def test_packages_are_those_of_the_system(rendered: dict[str, dict[str, Any]], system: str) -> None:
    found = rendered[system]
    assert set(found["packages"]) == {"collectd", *SYSTEMS[system][1]}
    assert set(found["outputs"]) == set(OUTPUTS_SPEC)
    # Red Hat's own system has no package of EPEL.
    family = SYSTEMS[system][0][2]
    assert found["repository"] == (["epel-release"] if family == "RedHat" and system != "rhel9" else [])


@pytest.mark.parametrize("system", SYSTEMS)
def test_file_lies_where_the_system_includes_it(rendered: dict[str, dict[str, Any]], system: str) -> None:
    (_distribution, _major, family), _packages, folder = SYSTEMS[system]
    found = rendered[system]
    assert found["folder"] == folder
    assert (found["program"], found["service"], found["mibs"]) == (
        "/usr/sbin/collectd",
        "collectd",
        "/usr/share/snmp/mibs",
    )
    main = f'FQDNLookup true\n#<Include "/elsewhere">\n{MENTIONS[family]}'
    assert found["main"] == ("/etc/collectd/collectd.conf" if family == "Debian" else "/etc/collectd.conf")
    around = look_around({found["main"]: main}, found["main"], f"{found['folder']}/{FILE}")
    # SUSE's users add the line that the module's refusal names.
    assert around.included is (family != "Suse")


def test_line_that_comes_with_epels_plugin_is_nobodys_setting() -> None:
    """Its collectd-ipmi has a file of this one line, without which an administrator would have to write it."""
    main = MENTIONS["RedHat"]
    files = {"/etc/collectd.conf": main, f"{RPM_FOLDER}/ipmi.conf": "LoadPlugin ipmi\n"}
    assert look_around(files, "/etc/collectd.conf", f"{RPM_FOLDER}/{FILE}").ipmi_in is None


@pytest.mark.timeout(FIRST_USE_S)
@pytest.mark.parametrize(
    "release",
    ["bookworm", pytest.param("bullseye", marks=pytest.mark.slow), pytest.param("trixie", marks=pytest.mark.slow)],
)
def test_libraries_of_debian_are_those_that_its_collectd_names(
    rendered: dict[str, dict[str, Any]], release: str
) -> None:
    packages = (image_or_skip(release) / "root" / "srv" / "packages" / "Packages").read_text()
    (core,) = [entry for entry in packages.split("\n\n") if entry.startswith("Package: collectd-core\n")]
    (suggested,) = re.findall(r"^Suggests: (.*)$", core, re.MULTILINE)
    names = {dependency.split()[0] for dependency in suggested.split(", ")}
    assert set(rendered[release]["packages"]) - {"collectd"} <= names
