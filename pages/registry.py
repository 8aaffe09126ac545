"""The table of pages: file, address, title, icon, and who may open it."""

from dataclasses import dataclass
from typing import Final

from data.access import Action, Viewer, can
from data.text import mark


@dataclass(frozen=True)
class Page:
    """A page of the navigation.

    Attributes
    ----------
    name
        Its file's name and address.
    title
        The Chinese title, marked for translation.
    icon
        A Material symbol that Streamlit serves itself.
    needs
        What a viewer must be allowed to do.
    """

    name: str
    title: str
    icon: str
    needs: Action

    def admits(self, viewer: Viewer) -> bool:
        """Tell whether a viewer may open the page."""
        return bool(can(viewer, self.needs))


PAGES: Final = (
    Page("leader", mark("挂图"), ":material/map:", Action.SEE_AGGREGATES),
    Page("village", mark("一村一图"), ":material/home_pin:", Action.SEE_AGGREGATES),
    Page("households", mark("户信息"), ":material/group:", Action.SEE_HOUSEHOLDS),
    Page("household", mark("一户一档"), ":material/folder_shared:", Action.SEE_HOUSEHOLDS),
    Page("exits", mark("脱贫程序"), ":material/approval:", Action.SEE_EXITS),
    Page("monitoring", mark("监测与回头看"), ":material/notifications:", Action.MONITOR),
    Page("gaps", mark("缺口清单"), ":material/rule:", Action.SEE_HOUSEHOLDS),
    Page("claims", mark("公布数对照"), ":material/balance:", Action.SEE_AGGREGATES),
    Page("closes", mark("两个时间"), ":material/history:", Action.SEE_SMALL_CELLS),
    Page("matrices", mark("矩阵"), ":material/grid_on:", Action.SEE_AGGREGATES),
    Page("audit", mark("审计记录"), ":material/fact_check:", Action.SEE_AUDIT),
    Page("accounts", mark("账号"), ":material/manage_accounts:", Action.MANAGE_ACCOUNTS),
)
BY_NAME: Final = {page.name: page for page in PAGES}
