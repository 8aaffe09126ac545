"""Failures of storage, of access and of what people ask for."""

from geo.errors import AppError


class DataError(AppError):
    """Something about stored data went wrong."""

    code = "data"
    status = 422
    zh = "数据无法使用，请核对后重试。"
    en = "The data cannot be used; check it and try again."


class NotFound(DataError):
    """Missing, or outside the viewer's areas: the answer is the same."""

    code = "not_found"
    status = 404
    zh = "没有找到“{what}”，或不在您的查看范围内。请核对编码。"
    en = "'{what}' was not found or lies outside your areas. Check the code."


class UnknownValue(DataError):
    """A value that no vocabulary holds."""

    code = "unknown_value"
    zh = "“{field}”的取值“{value}”不存在，可用取值：{choices}。"
    en = "'{value}' is no value of '{field}'; use one of: {choices}."


class BadDate(DataError):
    """A text that is no date of the calendar."""

    code = "bad_date"
    zh = "“{value}”不是有效日期，请按 2016-12-31 的格式填写。"
    en = "'{value}' is not a date; write it like 2016-12-31."


class DayReplaced(DataError):
    """A day between the stops of the time slider, or outside them."""

    code = "day_replaced"
    zh = "日期“{value}”不是时间轴上的时点（2016-01-01 及各月末，至 2017-12-31），现显示 {shown}。"
    en = (
        "'{value}' is no stop of the time slider (2016-01-01 and each month's end to 2017-12-31); "
        "showing {shown}."
    )


class VillageElsewhere(DataError):
    """A village of another district than the chosen one."""

    code = "village_elsewhere"
    zh = "所选的村 {village} 不在所选的区 {district} 内，已取消选择。"
    en = "The chosen village {village} lies outside the chosen district {district}; not selected."


class DatabaseMissing(DataError):
    """No database where the settings say it should be."""

    code = "database_missing"
    status = 503
    zh = "数据库 {name} 不存在或是空的。请运行 make run，或 python -m data init --demo。"
    en = "The database {name} is missing or empty. Run: make run, or python -m data init --demo."


class DatabaseDamaged(DataError):
    """The file is there, and is no usable database."""

    code = "database_damaged"
    status = 503
    zh = "数据库 {name} 已损坏或不是数据库文件。请先移开该文件，再从备份恢复或重新初始化。"
    en = (
        "The database {name} is damaged or no database. Move the file away, then restore a "
        "backup or initialise again."
    )


class DatabaseOutdated(DataError):
    """The schema is older or newer than the program."""

    code = "database_outdated"
    status = 503
    zh = "数据库结构版本为 {found}，程序需要 {wanted}。请运行 python -m data init。"
    en = "The database schema is {found}, the program needs {wanted}. Run: python -m data init."


class DatabaseBusy(DataError):
    """Another writer holds the database, or the disk does not answer."""

    code = "database_busy"
    status = 503
    zh = "数据库正忙或暂不可用，没有写入任何内容。请稍后重试。"
    en = "The database is busy or unavailable; nothing was written. Try again shortly."


class RuleBroken(DataError):
    """A constraint or trigger of the database refused a row."""

    code = "rule_broken"
    status = 409
    zh = "该操作违反台账规则“{rule}”，没有写入任何内容。更正请追加新事件。"
    en = "The ledger's rule '{rule}' forbids this; nothing was written. Correct by a new event."


class AlreadyVoided(DataError):
    """The event was voided before, or voids another itself."""

    code = "already_voided"
    status = 409
    zh = "该事件已被撤销或本身是撤销事件，不能再次撤销。需要时请重新登记。"
    en = "The event is voided already or is itself a voiding event. Enter the fact again instead."


class InvariantBroken(DataError):
    """Generated or stored data fail a rule that must always hold."""

    code = "invariant_broken"
    status = 500
    zh = "数据不满足必须成立的规则“{rule}”：应为 {wanted}，实为 {found}。请保留数据库并联系维护者。"
    en = (
        "A rule that must hold is broken: '{rule}' should be {wanted} and is {found}. Keep the "
        "database and tell the maintainers."
    )


class ImpossibleParameters(DataError):
    """Generator parameters that no register can satisfy."""

    code = "impossible_parameters"
    zh = "生成参数无法满足：{why}。请调整 --divisions 或 --households。"
    en = "No register can satisfy these parameters: {why}. Change --divisions or --households."


class SettingsRefused(DataError):
    """A setting that would be unsafe or makes no sense."""

    code = "settings_refused"
    status = 500
    zh = "设置 {name} 被拒绝：{why_zh}"
    en = "The setting {name} is refused: {why_en}"


class AssetsMissing(DataError):
    """Scripts or styles that set-up should have built are not there."""

    code = "assets_missing"
    status = 503
    zh = "缺少前端文件 {name}。请运行 make setup。"
    en = "The browser file {name} is missing. Run: make setup."


class BasemapUnavailable(DataError):
    """The configured tile service did not answer."""

    code = "basemap_unavailable"
    status = 503
    zh = "底图服务没有响应。专题图层不受影响，可稍后重试或关闭底图设置。"
    en = "The base map service does not answer. Our own layers still work; retry or turn it off."


class SealBroken(DataError):
    """A sealed value that its key does not open, or that was changed or moved."""

    code = "seal_broken"
    status = 500
    zh = "“{place}”中有一项加密内容无法解开：密钥不对，或内容被改动过。请勿继续写入，并联系管理员。"
    en = (
        "A sealed value of '{place}' cannot be opened: another key, or somebody changed it. "
        "Write nothing more and tell the administrator."
    )


class WrongDataKey(DataError):
    """The operator's data key is not the one of this database."""

    code = "wrong_data_key"
    status = 503
    zh = (
        "GUATU_DATA_KEY 与此数据库不符。请换回建库时的密钥；更换过密钥的，"
        "请用 python -m data keys rotate 完成更换。"
    )
    en = (
        "GUATU_DATA_KEY does not fit this database. Use the key it was made with; to change keys "
        "run: python -m data keys rotate."
    )


class PersonalInReason(DataError):
    """A reason that may hold personal information."""

    code = "personal_in_reason"
    zh = (
        "理由中不能有证件号、电话等长数字，也不能超过 {longest} 个字。"
        "请改写后重试；尚未执行任何操作。"
    )
    en = (
        "A reason may hold no long number such as an ID or a telephone number, and at most "
        "{longest} characters. Reword it; nothing was done."
    )


class StaleEdit(DataError):
    """Somebody else changed the same thing in the meantime."""

    code = "stale_edit"
    status = 409
    zh = (
        "{who} 已于 {when} 改过“{what}”（{fields}），您的修改没有写入，内容仍保留在表单中。"
        "请核对后再提交。"
    )
    en = (
        "{who} changed '{what}' at {when} ({fields}). Your change was not written and is still in "
        "the form: compare, then submit again."
    )


class AccessError(AppError):
    """Somebody may not do or see this."""

    code = "access"
    status = 403
    zh = "您没有权限执行此操作。"
    en = "You may not do this."


class SignInRequired(AccessError):
    """Nobody is signed in."""

    code = "sign_in_required"
    status = 401
    zh = "请先从首页进入并登录，再打开此页面。"
    en = "Enter from the front page and sign in before opening this page."


class Denied(AccessError):
    """The role does not include this."""

    code = "denied"
    zh = "您的角色“{role}”无权{action}。如需查看，请换用有此权限的角色或账号。"
    en = "Your role '{role}' may not {action}. Use a role or an account that may."


class DemoNotPublic(AccessError):
    """A demonstration without passwords must not be reachable from elsewhere."""

    code = "demo_not_public"
    zh = (
        "演示模式没有密码，只能在本机（127.0.0.1）打开，当前地址为 {host}。"
        "确需对外演示，请同时设置 "
        "GUATU_DEMO_PUBLIC=1 和 GUATU_DEMO_PUBLIC_CONFIRM=synthetic-data-only。"
    )
    en = (
        "Demonstration mode has no passwords and opens on this machine only (127.0.0.1), not "
        "on {host}. To show it elsewhere set both GUATU_DEMO_PUBLIC=1 and "
        "GUATU_DEMO_PUBLIC_CONFIRM=synthetic-data-only."
    )
