"""The latest entries are kept, those put or got longest ago are dropped."""

from attnviz.web.latest import Latest


def test_the_oldest_is_dropped() -> None:
    kept: Latest[str, int] = Latest(2)
    assert kept.put("a", 1) == 1
    kept.put("b", 2)
    assert kept.get("a") == 1  # which makes b the oldest
    kept.put("c", 3)
    assert [kept.get(key) for key in "abc"] == [1, None, 3]
    assert len(kept) == 2
    kept.put("a", 4)
    assert kept.get("a") == 4
    assert len(kept) == 2


def test_the_first_of_a_key_stays() -> None:
    kept: Latest[str, int] = Latest(2)
    assert [kept.first("a", 1), kept.first("a", 2), kept.get("a")] == [1, 1, 1]
    kept.first("b", 3)
    assert kept.first("c", 4) == 4
    assert kept.get("a") is None
