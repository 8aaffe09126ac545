"""The sheet of a measure, as the map reads it."""

from data.access import Viewer
from data.engine import Database
from data.queries.atlas import Sheet, read_atlas, read_ground, read_sheet


def sheet_for(db: Database, viewer: Viewer, measure: str = "") -> Sheet:
    """Read what a viewer's map shows of a measure, or of all."""
    atlas = read_atlas(db, viewer)
    return read_sheet(db, viewer, measure, read_ground(db, viewer, atlas))
