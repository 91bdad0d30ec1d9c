# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx's settings for the reference that `make docs` builds."""

from __future__ import annotations

project = "baremetal.ipmi"
copyright = "baremetal.ipmi contributors"
html_title = html_short_title = project
extensions = ["sphinx_antsibull_ext"]
html_theme = "sphinx_ansible_theme"
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
html_use_index = False
html_copy_source = False
html_show_sphinx = False
# Labels of Ansible's own site (`check_mode` and its like) are looked up there by a reader, not fetched by a build.
suppress_warnings = ["ref.ref"]
