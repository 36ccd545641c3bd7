from house_rules.scope import forget, read_once, rules_scope


def test_a_row_is_read_once_in_a_scope_and_each_time_outside() -> None:
    asked: list[int] = []

    def read() -> int:
        asked.append(1)
        return len(asked)

    assert [read_once("x", read), read_once("x", read)] == [1, 2]
    with rules_scope(), rules_scope():
        assert [read_once("x", read), read_once("x", read)] == [3, 3]
        forget("x")
        assert read_once("x", read) == 4
