"""The draft: who comes second hears of it, what is taken back is gone, and what an engineer changes on disk loses nothing."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from bot.content.drafting import Taken
from bot.core.content import Edit
from bot.ports import ShopFileError
from tests.content.workshop import LIMITS, Workshop, limit, stands

OTHER = limit("一公斤", "M500")


def test_the_files_on_disk_are_the_first_version_and_the_draft(workshop: Workshop) -> None:
    (first,) = workshop.bench.history()
    assert (first.number, first.kind, first.state) == (1, "disk", "live")
    assert workshop.bench.draft_tree() == workshop.disk.read()
    assert workshop.bench.status().needs == "nothing"


def test_what_is_saved_stands_in_the_draft_and_not_on_the_disk(workshop: Workshop) -> None:
    revision = workshop.bench.draft().revision
    assert workshop.bench.save([limit("两百克")], "小林") == revision + 1
    assert stands(workshop.bench.draft_tree(), "两百克")
    assert not stands(workshop.disk.read(), "两百克")
    assert workshop.bench.difference() == [limit("两百克")]


def test_whoever_comes_second_to_one_fact_hears_what_stands_there_and_whose_it_is(workshop: Workshop) -> None:
    workshop.bench.save([limit("两百克")], "小林")
    with pytest.raises(Taken) as taken:
        workshop.bench.save([OTHER, limit("半斤")], "阿明")
    assert (taken.value.edit, taken.value.stands, taken.value.by) == (limit("半斤"), "两百克", "小林")
    assert taken.value.at is not None
    assert not stands(workshop.bench.draft_tree(), "一公斤"), "all of it is saved, or nothing"


def test_edits_of_other_rows_never_conflict(workshop: Workshop) -> None:
    workshop.bench.save([limit("两百克")], "小林")
    workshop.bench.save([OTHER], "阿明")
    assert stands(workshop.bench.draft_tree(), "两百克") and stands(workshop.bench.draft_tree(), "一公斤")


def test_of_two_who_save_at_once_one_hears_of_the_other(workshop: Workshop) -> None:
    start, heard = Barrier(2), []

    def save(text: str, name: str) -> None:
        start.wait()
        try:
            workshop.bench.save([limit(text)], name)
        except Taken as taken:
            heard.append((taken.stands, taken.by))

    pair = {"小林": "两百克", "阿明": "半斤"}
    threads = [Thread(target=save, args=(text, name)) for name, text in pair.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ((stood, by),) = heard
    assert pair[by] == stood
    assert stands(workshop.bench.draft_tree(), stood)


def test_who_changed_what_can_be_asked_of_a_row(workshop: Workshop) -> None:
    workshop.bench.save([limit("两百克")], "小林")
    workshop.bench.save([limit("半斤", before="两百克"), OTHER], "阿明")
    mine = workshop.bench.changes(file="shop/capabilities.csv", key=("L18", "knead_dough"))
    assert [(change.author, change.edit.after) for change in mine] == [("阿明", "半斤"), ("小林", "两百克")]
    assert len(workshop.bench.changes(file="shop/capabilities.csv")) == 3
    assert workshop.bench.changes(file="shop/capa") == []


def test_a_change_is_taken_back_and_stays_in_the_book(workshop: Workshop) -> None:
    workshop.bench.save([limit("两百克")], "小林")
    (change,) = workshop.bench.changes()
    workshop.bench.undo(change.id, "阿明")
    assert workshop.bench.difference() == []
    undoing, undone = workshop.bench.changes()
    assert (undoing.author, undoing.undoes, undone.state) == ("阿明", undone.id, "undone")
    revision = workshop.bench.draft().revision
    assert workshop.bench.undo(change.id, "阿明") == revision, "taken back once"


def test_what_somebody_built_upon_cannot_be_taken_back_unseen(workshop: Workshop) -> None:
    workshop.bench.save([limit("两百克")], "小林")
    (change,) = workshop.bench.changes()
    workshop.bench.save([limit("半斤", before="两百克")], "阿明")
    with pytest.raises(Taken) as taken:
        workshop.bench.undo(change.id, "小林")
    assert (taken.value.stands, taken.value.by) == ("半斤", "阿明")


def test_a_dropped_draft_is_what_is_live(workshop: Workshop) -> None:
    workshop.bench.save([limit("两百克")], "小林")
    workshop.bench.drop()
    assert workshop.bench.difference() == []
    assert [change.state for change in workshop.bench.changes()] == ["dropped"]


# --- files that an engineer changes --------------------------------------------------------------------------------


def test_what_an_engineer_changes_is_a_version_and_the_draft_is_carried_over(workshop: Workshop) -> None:
    workshop.bench.save([limit("两百克")], "小林")
    workshop.engineer("shop/capabilities.csv", LIMITS["M500"], "一公斤")
    workshop.engineer("shop/products.csv", "\n", "\n# seen by an engineer\n")
    draft, live = workshop.bench.draft_tree(), workshop.bench.live()
    assert (live.number, live.kind) == (2, "disk")
    assert stands(draft, "一公斤") and stands(draft, "两百克") and "# seen by an engineer" in draft["shop/products.csv"]
    assert workshop.bench.difference() == [limit("两百克")]
    assert workshop.bench.status().aside == ()


def test_what_no_longer_fits_is_listed_and_not_lost(workshop: Workshop) -> None:
    workshop.bench.save([limit("两百克"), OTHER], "小林")
    workshop.engineer("shop/capabilities.csv", LIMITS["L18"], "三斤")
    (aside,) = workshop.bench.status().aside
    assert (aside.author, aside.edit) == ("小林", limit("两百克"))
    assert stands(workshop.bench.draft_tree(), "三斤") and stands(workshop.bench.draft_tree(), "一公斤")
    workshop.bench.dismiss(aside.id)
    assert workshop.bench.status().aside == ()


def test_an_engineer_who_did_the_same_stands_in_nobodys_way(workshop: Workshop) -> None:
    workshop.bench.save([limit("两百克")], "小林")
    workshop.engineer("shop/capabilities.csv", LIMITS["L18"], "两百克")
    status = workshop.bench.status()
    assert (status.changes, status.aside, status.needs) == (0, (), "nothing")


def test_a_file_that_cannot_be_read_is_told_and_the_draft_stays(workshop: Workshop) -> None:
    workshop.bench.save([limit("两百克")], "小林")
    good = workshop.file("shop/usage.csv").read_bytes()
    workshop.file("shop/usage.csv").write_bytes("步骤".encode("gbk"))
    with pytest.raises(ShopFileError, match="usage.csv: is not UTF-8"):
        workshop.bench.save([OTHER], "阿明")
    workshop.file("shop/usage.csv").write_bytes(good)
    workshop.bench.save([OTHER], "阿明")
    assert stands(workshop.bench.draft_tree(), "两百克")


def test_a_text_that_no_database_holds_is_kept_without_what_is_not_text(workshop: Workshop) -> None:
    workshop.bench.save([limit("两百\ud800克")], "小林")
    assert stands(workshop.bench.draft_tree(), "两百?克")


def test_comments_and_order_of_a_file_stay(workshop: Workshop) -> None:
    before = workshop.bench.draft_tree()["shop/capabilities.csv"]
    workshop.bench.save([limit("两百克")], "小林")
    after = workshop.bench.draft_tree()["shop/capabilities.csv"]
    assert after == before.replace(LIMITS["L18"], "两百克")
    assert workshop.bench.difference() == [Edit(**vars(limit("两百克")))]
