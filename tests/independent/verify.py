#!/usr/bin/env python3
"""Verifies published logs of Hearthlog; written from docs/protocol.md alone.

usage: verify.py [--community HEX] [--log-key VKEY] [--witness VKEY]... [--quorum N] DIRECTORY

Exit 0 if every byte, tile, root, signature and cosignature holds, 1 if not, 2 on wrong usage.
Without --community the log must found it. Without --log-key the charter's key is taken as it stands.
"""

import argparse
import sys

from published import Published


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory")
    parser.add_argument("--community", type=bytes.fromhex)
    parser.add_argument("--log-key")
    parser.add_argument("--witness", action="append", default=[])
    parser.add_argument("--quorum", type=int, default=0, help="how many of the witnesses must have cosigned")
    given = parser.parse_args()
    log = Published(given.directory, given.community, given.log_key, given.witness)
    if log.checkpoint is not None and len(log.cosigned) < given.quorum:
        log.faults.append(f"checkpoint: cosigned by {len(log.cosigned)} of the witnesses, not by {given.quorum}")
    for fault in log.faults:
        print(fault)
    if log.faults:
        return 1
    events = sum(entry.author is not None for entry in log.entries)
    print(
        f"{log.checkpoint.origin}: {log.checkpoint.size} entries under {log.checkpoint.root.hex()}; "
        f"{events} events and {len(log.entries) - events} records read; cosigned by {len(log.cosigned)}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
