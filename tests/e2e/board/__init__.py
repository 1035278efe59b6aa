"""The board of attacks: see `table.py` for what one is."""

from board import compute, data, identity, network, principals, records
from board.table import Attack

# By chapter: each function of Riposte answers one or two of them.
CHAPTERS: list[list[Attack]] = [
    identity.ATTACKS,
    principals.ATTACKS,
    network.ATTACKS,
    data.ATTACKS,
    compute.ATTACKS,
    records.ATTACKS,
]
ATTACKS = [attack for chapter in CHAPTERS for attack in chapter]
