"""The content in the database: texts by hash, the one draft, versions, and who changed what."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Optional

import sqlalchemy as sa

from bot.adapters.database import Database, insert_once, iso
from bot.adapters.tables import content_changes, content_draft, content_files, content_versions
from bot.core.content import Edit, Tree

Kind = Literal["disk", "published", "back", "found"]
"""`disk`: an engineer changed the files; `back`: an earlier version again; `found`: what stood on the disk, kept aside, when
a publishing that had broken off was finished."""

State = Literal["preparing", "publishing", "live", "past", "failed"]
"""`preparing`: nothing has been touched yet; `publishing`: decided, and finished whatever happens."""

ChangeState = Literal["open", "live", "undone", "dropped", "aside"]
"""`open`: in the draft alone; `aside`: did not fit files that changed under the draft, kept for people to look at."""

_DRAFT = 1


@dataclass(frozen=True)
class Version:
    number: int
    kind: Kind
    state: State
    at: datetime
    author: Optional[str]
    remark: str
    files: Mapping[str, str]
    revision: int
    model: Optional[str]
    told: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """One Edit of somebody's. `version`: where it went live; `undoes`: the change that it takes back."""

    id: int
    at: datetime
    author: Optional[str]
    edit: Edit
    state: ChangeState
    revision: int
    version: Optional[int] = None
    undoes: Optional[int] = None


@dataclass(frozen=True)
class Draft:
    """`version`: the number of the version that it stands on, None before anything was read."""

    revision: int
    version: Optional[int]
    files: Mapping[str, str]


class Content:
    """Raises StoreError where the database could not be asked."""

    def __init__(self, database: Database):
        self._database, self._texts = database, _Texts()

    @contextmanager
    def drafting(self) -> Iterator[Drafting]:
        """The draft, for whoever changes it: nobody else does meanwhile; all of it is kept, or nothing."""
        query = sa.select(content_draft).where(content_draft.c.id == _DRAFT).with_for_update()
        with self._database.writing() as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                insert_once(connection, content_draft, id=_DRAFT, revision=0, version=None, files={})
                row = connection.execute(query).one()
            yield Drafting(connection, Draft(row.revision, row.version, row.files), self._texts)

    def draft(self) -> Draft:
        with self._database.reading() as connection:
            row = connection.execute(sa.select(content_draft).where(content_draft.c.id == _DRAFT)).one_or_none()
        return Draft(row.revision, row.version, row.files) if row else Draft(0, None, {})

    def tree(self, files: Mapping[str, str]) -> Tree:
        """The texts of a draft's or a version's files."""
        with self._database.reading() as connection:
            return _tree(connection, files, self._texts)

    def live(self) -> Version | None:
        with self._database.reading() as connection:
            return _one(connection, content_versions.c.state == "live")

    def unfinished(self) -> Version | None:
        """The version that is on its way, or was when its process ended."""
        with self._database.reading() as connection:
            return _one(connection, content_versions.c.state.in_(("preparing", "publishing")))

    def version(self, number: int) -> Version | None:
        with self._database.reading() as connection:
            return _one(connection, content_versions.c.number == number)

    def versions(self, most: int = 100) -> list[Version]:
        """Newest first."""
        query = sa.select(content_versions).order_by(content_versions.c.number.desc()).limit(most)
        with self._database.reading() as connection:
            return [_version(row) for row in connection.execute(query)]

    def changes(
        self,
        *,
        states: Sequence[ChangeState] = (),
        file: str | None = None,
        key: Sequence[str] | None = None,
        version: int | None = None,
        most: int = 500,
    ) -> list[Change]:
        """Who changed what, newest first: all of it, or in a state, in a file, in one row of it, of a version."""
        query = sa.select(content_changes).order_by(content_changes.c.id.desc()).limit(most)
        if states:
            query = query.where(content_changes.c.state.in_(states))
        if file is not None and key is not None:
            query = query.where(content_changes.c.place == _place(file, key))
        elif file is not None:
            query = query.where(content_changes.c.place.startswith(_place(file, ())[:-1], autoescape=True))
        if version is not None:
            query = query.where(content_changes.c.version == version)
        with self._database.reading() as connection:
            return [_change(row) for row in connection.execute(query)]


class Drafting:
    """The draft, its versions and its changes, locked inside one transaction."""

    def __init__(self, connection: sa.engine.Connection, draft: Draft, texts: _Texts):
        self._connection, self._texts = connection, texts
        self.draft = draft

    def tree(self) -> Tree:
        return _tree(self._connection, self.draft.files, self._texts)

    def tree_of(self, version: Version) -> Tree:
        return _tree(self._connection, version.files, self._texts)

    def write(self, tree: Tree, version: int | None = None) -> int:
        """The draft as it is from now on, on `version` or the one that it stood on. Gives its new revision."""
        files, revision = self.keep(tree), self.draft.revision + 1
        stands_on = self.draft.version if version is None else version
        values = {"revision": revision, "version": stands_on, "files": files}
        self._connection.execute(content_draft.update().where(content_draft.c.id == _DRAFT).values(**values))
        self.draft = Draft(revision, stands_on, files)
        return revision

    def stand_on(self, version: int) -> None:
        """The draft's files are as they were; the version that it stands on is another."""
        self._connection.execute(content_draft.update().where(content_draft.c.id == _DRAFT).values(version=version))
        self.draft = replace(self.draft, version=version)

    def keep(self, tree: Tree) -> dict[str, str]:
        """Path → sha of texts that are kept from now on."""
        files = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in sorted(tree.items())}
        query = sa.select(content_files.c.sha).where(content_files.c.sha.in_(sorted({*files.values()})))
        known = set(self._connection.execute(query).scalars())
        for path, sha in files.items():
            if sha not in known:
                insert_once(self._connection, content_files, sha=sha, packed=zlib.compress(tree[path].encode()))
                known.add(sha)
        return files

    # --- changes ---------------------------------------------------------------------------------------------------

    def add_change(
        self,
        edit: Edit,
        author: str | None,
        now: datetime,
        *,
        state: ChangeState = "open",
        undoes: int | None = None,
    ) -> int:
        values: dict[str, Any] = {"at": iso(now), "author": author, "state": state, "undoes": undoes}
        values |= {"place": _place(edit.file, edit.key), "edit": _as_json(edit), "revision": self.draft.revision}
        return self._connection.execute(content_changes.insert().values(**values)).inserted_primary_key[0]

    def change(self, id: int) -> Change | None:
        row = self._connection.execute(sa.select(content_changes).where(content_changes.c.id == id)).one_or_none()
        return _change(row) if row else None

    def last_change(self, edit: Edit) -> Change | None:
        """The newest change that stands where an Edit wants to go."""
        query = (
            sa.select(content_changes)
            .where(content_changes.c.place == _place(edit.file, edit.key))
            .where(content_changes.c.state.in_(("open", "live", "undone")))
            .order_by(content_changes.c.id.desc())
        )
        found = [_change(row) for row in self._connection.execute(query)]
        return next(
            (one for one in found if None in (edit.column, one.edit.column) or one.edit.column == edit.column), None
        )

    def mark(self, state: ChangeState, *, ids: Sequence[int] = (), was: ChangeState | None = None) -> None:
        """Gives changes another state: some of them, or all of one state."""
        which = content_changes.c.id.in_(ids) if was is None else content_changes.c.state == was
        self._connection.execute(content_changes.update().where(which).values(state=state))

    # --- versions --------------------------------------------------------------------------------------------------

    def live(self) -> Version | None:
        return _one(self._connection, content_versions.c.state == "live")

    def unfinished(self) -> Version | None:
        return _one(self._connection, content_versions.c.state.in_(("preparing", "publishing")))

    def version(self, number: int) -> Version | None:
        return _one(self._connection, content_versions.c.number == number)

    def add_version(
        self,
        kind: Kind,
        state: State,
        tree: Tree,
        now: datetime,
        *,
        revision: int = 0,
        author: str | None = None,
        remark: str = "",
        model: str | None = None,
        told: Mapping[str, Any] | None = None,
    ) -> int:
        """Gives the new version's number. `revision`: the draft's that it was made from, 0 where it was made from none."""
        number = (self._connection.execute(sa.select(sa.func.max(content_versions.c.number))).scalar() or 0) + 1
        if state == "live":
            self._past()
        values = {"number": number, "kind": kind, "state": state, "at": iso(now), "author": author, "remark": remark}
        values |= {"files": self.keep(tree), "revision": revision, "model": model, "told": dict(told or {})}
        self._connection.execute(content_versions.insert().values(**values))
        return number

    def set_version(self, number: int, state: State, **told: Any) -> None:
        """A version's new state, with what is to be told of it beside what was."""
        if state == "live":
            self._past()
        mine = content_versions.c.number == number
        before = self._connection.execute(sa.select(content_versions.c.told).where(mine)).scalar_one()
        self._connection.execute(content_versions.update().where(mine).values(state=state, told={**before, **told}))

    def went_live(self, version: Version) -> None:
        """The changes that are in a version went live with it."""
        open_then = sa.and_(content_changes.c.state == "open", content_changes.c.revision <= version.revision)
        self._connection.execute(content_changes.update().where(open_then).values(state="live", version=version.number))

    def _past(self) -> None:
        self._connection.execute(
            content_versions.update().where(content_versions.c.state == "live").values(state="past")
        )


class _Texts:
    """The texts of the tree that was read last, by sha: most of the next one's are the same."""

    kept: Mapping[str, str] = {}


def _tree(connection: sa.engine.Connection, files: Mapping[str, str], texts: _Texts) -> Tree:
    kept = texts.kept
    found = {sha: kept[sha] for sha in files.values() if sha in kept}
    missing = sorted({*files.values()} - {*found})
    if missing:
        query = sa.select(content_files).where(content_files.c.sha.in_(missing))
        found |= {row.sha: zlib.decompress(row.packed).decode() for row in connection.execute(query)}
        texts.kept = found
    return {path: found[sha] for path, sha in files.items()}


def _one(connection: sa.engine.Connection, which: Any) -> Version | None:
    query = sa.select(content_versions).where(which).order_by(content_versions.c.number.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    return _version(row) if row else None


def _version(row: Any) -> Version:
    told = (row.files, row.revision, row.model, row.told)
    return Version(row.number, row.kind, row.state, datetime.fromisoformat(row.at), row.author, row.remark, *told)


def _change(row: Any) -> Change:
    edit = Edit(row.edit["file"], tuple(row.edit["key"]), row.edit["column"], row.edit["before"], row.edit["after"])
    at = datetime.fromisoformat(row.at)
    return Change(row.id, at, row.author, edit, row.state, row.revision, row.version, row.undoes)


def _as_json(edit: Edit) -> dict[str, Any]:
    values = {"before": edit.before, "after": edit.after}
    plain = {name: dict(value) if isinstance(value, Mapping) else value for name, value in values.items()}
    return {"file": edit.file, "key": list(edit.key), "column": edit.column, **plain}


def _place(file: str, key: Sequence[str]) -> str:
    return json.dumps([file, *key], ensure_ascii=False)
