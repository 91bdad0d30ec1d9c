# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the folder of the guest's image for QEMU; make it first where it is missing (`make vm`).

Exit status 3: it cannot be had on this machine (image_cache.py).
"""

from __future__ import annotations

import os
import sys

from image_cache import NOT_TO_BE_HAD, PROGRAMS, have_image, have_programs, say

# Program -> Debian package that brings it.
GUESTS_PROGRAMS = {
    **PROGRAMS,
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-img": "qemu-utils",
    "mke2fs": "e2fsprogs",
    "ipmi_sim": "openipmi",
}
# For mmdebstrap and the file system without root.
WITHOUT_ROOT = {"fakeroot": "fakeroot", "newuidmap": "uidmap"}


def main() -> int:
    why = have_programs(GUESTS_PROGRAMS if os.geteuid() == 0 else {**GUESTS_PROGRAMS, **WITHOUT_ROOT})
    if not why:
        import vm_image  # asks QEMU for its version

        what = "the guest's image, some three minutes"
        image, why = have_image(f"vm-{vm_image.key()}", what, vm_image.build)
    if why:
        say(f"no guest for QEMU: {why}")
        return NOT_TO_BE_HAD
    print(image)
    return 0


if __name__ == "__main__":
    sys.exit(main())
