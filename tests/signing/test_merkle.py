"""The hash tree against RFC 6962's vectors and definition; every wrong proof is refused."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.signing.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from app.signing.tiles import TILE_WIDTH, TileName, TileTree, parse_tile

#: The eight entries and the roots of their first n, as the certificate-transparency project publishes them.
ENTRIES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", bytes(range(96, 112)).hex())
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SMALL = 70
LARGE = 70_000


def tree_over(kept: dict[tuple[int, int], bytes]) -> TileTree:
    return TileTree(lambda level, number: kept.get((level, number), b""))


def tree_of(leaves: list[bytes]) -> TileTree:
    tree = tree_over({})
    tree.append(0, leaves)
    return tree


@cache
def leaves(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


@cache
def small_tree() -> TileTree:
    return tree_of(leaves(SMALL))


@cache
def large_tree() -> TileTree:
    return tree_of(leaves(LARGE))


def by_definition(of: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not of:
        return sha256(b"").digest()
    if len(of) == 1:
        return of[0]
    half = 1
    while half * 2 < len(of):
        half *= 2
    return sha256(b"\x01" + by_definition(of[:half]) + by_definition(of[half:])).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_published_vectors(size: int) -> None:
    tree = tree_of([leaf_hash(entry) for entry in ENTRIES])
    assert root_of(size, tree.node).hex() == ROOTS[size - 1]


def test_the_proofs_of_rfc_6962_section_2_1_3() -> None:
    a, b, c, d, e, f, j = (leaf_hash(entry) for entry in ENTRIES[:7])
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, tree = node_hash(g, h), tree_of([leaf_hash(entry) for entry in ENTRIES[:7]])
    ell = node_hash(i, j)
    assert inclusion_proof(0, 7, tree.node) == (b, h, ell)
    assert inclusion_proof(3, 7, tree.node) == (c, g, ell)
    assert inclusion_proof(4, 7, tree.node) == (f, j, k)
    assert inclusion_proof(6, 7, tree.node) == (i, k)
    assert consistency_proof(3, 7, tree.node) == (c, d, g, ell)
    assert consistency_proof(4, 7, tree.node) == (ell,)
    assert consistency_proof(6, 7, tree.node) == (i, j, k)


def test_every_size_has_the_root_of_the_definition() -> None:
    roots = [root_of(size, small_tree().node) for size in range(SMALL + 1)]
    assert roots == [by_definition(leaves(SMALL)[:size]) for size in range(SMALL + 1)]
    assert roots[0] == EMPTY_ROOT


def test_every_leaf_of_every_size_is_proved_and_nothing_else() -> None:
    node, count = small_tree().node, 0
    for size in range(1, SMALL + 1):
        root = root_of(size, node)
        for index in range(size):
            proof = inclusion_proof(index, size, node)
            leaf = leaves(SMALL)[index]
            assert verify_inclusion(leaf, index, size, proof, root)
            assert not verify_inclusion(leaf, (index + 1) % size, size, proof, root) or size == 1
            assert not verify_inclusion(leaf, index, size, (*proof, root), root)
            assert not proof or not verify_inclusion(leaf, index, size, proof[:-1], root)
            assert not verify_inclusion(root, index, size, proof, root) or size == 1
            count += 1
    assert count == SMALL * (SMALL + 1) // 2


def test_every_pair_of_sizes_is_proved_consistent_and_nothing_else() -> None:
    node = small_tree().node
    roots = [root_of(size, node) for size in range(SMALL + 1)]
    for new in range(SMALL + 1):
        for old in range(new + 1):
            proof = consistency_proof(old, new, node)
            assert verify_consistency(old, new, proof, roots[old], roots[new])
            assert not verify_consistency(old, new, (*proof, roots[1]), roots[old], roots[new])
            if 0 < old < new:
                assert not verify_consistency(old, new, proof[:-1], roots[old], roots[new])
                assert not verify_consistency(old, new, proof, roots[old - 1], roots[new])
                assert not verify_consistency(old, new, proof, roots[old], roots[new - 1])
                assert not verify_consistency(old - 1, new, proof, roots[old], roots[new])


@given(st.data())
@settings(max_examples=60)
def test_a_log_of_three_levels_of_tiles_is_proved(data: st.DataObject) -> None:
    node = large_tree().node
    new = data.draw(st.integers(1, LARGE))
    old, index = data.draw(st.integers(0, new)), data.draw(st.integers(0, new - 1))
    root = root_of(new, node)
    proof = inclusion_proof(index, new, node)
    assert verify_inclusion(leaves(LARGE)[index], index, new, proof, root)
    consistent = consistency_proof(old, new, node)
    assert verify_consistency(old, new, consistent, root_of(old, node), root)


@given(st.integers(1, SMALL), st.data())
@settings(max_examples=300)
def test_a_proof_with_one_bit_turned_is_refused(size: int, data: st.DataObject) -> None:
    node = small_tree().node
    index = data.draw(st.integers(0, size - 1))
    proof = [*inclusion_proof(index, size, node), leaves(SMALL)[index], root_of(size, node)]
    place, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    turned = bytearray(proof[place])
    turned[bit // 8] ^= 1 << bit % 8
    proof[place] = bytes(turned)
    *path, leaf, root = proof
    assert not verify_inclusion(leaf, index, size, path, root)


@given(st.integers(2, SMALL), st.data())
@settings(max_examples=300)
def test_a_rewritten_leaf_breaks_consistency(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size - 1))
    index = data.draw(st.integers(0, old - 1))
    rewritten = list(leaves(SMALL)[:size])
    rewritten[index] = leaf_hash(b"something else")
    honest, forged = small_tree().node, tree_of(rewritten).node
    proof = consistency_proof(old, size, forged)
    assert not verify_consistency(old, size, proof, root_of(old, honest), root_of(size, forged))


def test_proofs_of_what_is_not_there_cannot_be_made() -> None:
    node = small_tree().node
    with pytest.raises(ValueError, match="leaf 3 of 3"):
        inclusion_proof(3, 3, node)
    with pytest.raises(ValueError, match="from 4 to 3"):
        consistency_proof(4, 3, node)
    with pytest.raises(LookupError, match="no hash"):
        root_of(SMALL + 1, node)
    assert not verify_inclusion(leaves(1)[0], 0, 0, (), EMPTY_ROOT)
    assert not verify_consistency(3, 2, (), EMPTY_ROOT, EMPTY_ROOT)


@pytest.mark.parametrize("parts", [(1,) * 700, (255, 1, 1, 256, 187), (700,), (300, 400)])
def test_batches_of_any_size_give_the_same_tiles(parts: tuple[int, ...]) -> None:
    kept: dict[tuple[int, int], bytes] = {}
    size = 0
    for count in parts:
        tree = tree_over(kept)
        size = tree.append(size, leaves(LARGE)[size : size + count])
        kept |= tree.changed
    whole = tree_of(leaves(LARGE)[:700]).changed
    assert (size, kept) == (700, whole)
    assert [len(kept[0, n]) // 32 for n in range(3)] == [TILE_WIDTH, TILE_WIDTH, 188]
    assert len(kept[1, 0]) // 32 == 2


def test_what_a_lost_batch_left_behind_the_head_is_overwritten() -> None:
    tree = tree_over(tree_of(leaves(9)).changed)
    tree.append(5, [leaf_hash(b"other")])
    assert root_of(6, tree.node) == by_definition([*leaves(5), leaf_hash(b"other")])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("0/000", TileName(level=0, number=0)),
        ("0/x001/x234/067", TileName(level=0, number=1_234_067)),
        ("1/005.p/17", TileName(level=1, number=5, width=17)),
        ("entries/x001/000.p/255", TileName(level=-1, number=1_000, width=255)),
    ],
)
def test_tiles_are_named_as_c2sp_says(path: str, name: TileName) -> None:
    assert parse_tile(path) == name
    assert name.path == path


@pytest.mark.parametrize(
    "path",
    [
        *("", "0", "0/0", "0/1234", "6/000", "00/000", "0/x000/001", "0/000.p/0", "0/000.p/256"),
        *("0/000.p/01", "entries/x1/000", "0/000/", "-1/000", "0/000.p/", "0/../000", "x/000", "0/00\u0660"),
    ],
)
def test_any_other_spelling_names_no_tile(path: str) -> None:
    assert parse_tile(path) is None
