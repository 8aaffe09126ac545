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


class BadIdNumber(DataError):
    """A text that is no ID number."""

    code = "bad_id_number"
    zh = "证件号格式不对：应为 18 或 15 位身份证号，或护照、通行证的字母加数字。请核对后重新输入。"
    en = (
        "This is no ID number: 18 or 15 digits, or the letters and digits of a passport or permit. "
        "Check it and type it again."
    )


class BadValue(DataError):
    """A value that a field of a person cannot hold."""

    code = "bad_value"
    zh = "“{field}”的内容不能为空、过长或含有特殊字符，请改正后再提交。"
    en = "'{field}' may not be empty, too long or hold control characters; correct it and submit."


class NothingChanged(DataError):
    """A correction that changes nothing."""

    code = "nothing_changed"
    zh = "没有需要更正的内容：各项都留空，或与现有内容相同。请填写要更正的项目。"
    en = "There is nothing to correct: every field is empty or the same as before. Fill in one."


class NotConfirmed(DataError):
    """An erasure that was not confirmed by the household's code."""

    code = "not_confirmed"
    zh = "确认用的户编码与该户不符，没有删除任何内容。请照原样输入户编码。"
    en = "The code typed to confirm is not the household's; nothing was erased. Type it as shown."


class PersonErased(DataError):
    """Somebody whose personal information was erased by law."""

    code = "person_erased"
    status = 410
    zh = "该成员的个人信息已依法删除，不能再查看或更正。如需重新登记，请按新成员办理。"
    en = (
        "This member's personal information was erased by law and can no longer be seen or "
        "corrected. To register again, enter a new member."
    )


class PersonNotFound(NotFound):
    """Nobody has this ID number, or only somebody outside the viewer's areas."""

    code = "person_not_found"
    zh = "没有找到此证件号的人员，或不在您的查看范围内。请核对证件号。"
    en = "Nobody with this ID number was found, or outside your areas. Check the number."


class AlreadyReviewed(DataError):
    """A full view that somebody reviewed before."""

    code = "already_reviewed"
    status = 409
    zh = "这次查看已由 {who} 核查过，结论不能改写。如有新情况，请向数据主管部门反映。"
    en = "{who} has reviewed this view; a verdict stands. Tell the data owner what is new."


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


class ChainBroken(DataError):
    """An audit chain that somebody tampered with."""

    code = "chain_broken"
    status = 500
    zh = (
        "审计链不完整：{where}。请保留数据库原样并联系安全负责人；没有清理任何记录。"
        "详情：python -m data audit verify。"
    )
    en = (
        "The audit chain does not hold: {where}. Leave the database as it is and call whoever is "
        "responsible for security; nothing was removed. Details: python -m data audit verify."
    )


class PersonalInReason(DataError):
    """A reason that may hold personal information."""

    code = "personal_in_reason"
    zh = (
        "理由、依据等文字中不能有证件号、电话等长数字，也不能超过 {longest} 个字。"
        "请改写后重试；尚未执行任何操作。"
    )
    en = (
        "A reason, evidence or note may hold no long number such as an ID or a telephone number, "
        "and at most {longest} characters. Reword it; nothing was done."
    )


class IdentityInReason(PersonalInReason):
    """A note that names the very person it is about."""

    code = "identity_in_reason"
    zh = "补充说明中不能写被查看人的姓名、证件号、电话或住址。请改写后重试；尚未执行任何操作。"
    en = (
        "The note may not hold the name, ID number, telephone number or address of whom it "
        "is about. Reword it; nothing was done."
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

    is_recorded = False
    """Whether a row of the audit already says so."""


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


class FullViewOver(AccessError):
    """A full view whose time is up, or that was closed."""

    code = "full_view_over"
    zh = "查看时间已到，完整信息已隐藏。仍需查看请重新说明理由。"
    en = "The time is up and the complete record is hidden. State a reason again to go on."


class OwnFullView(AccessError):
    """Somebody who would review what they looked at themselves."""

    code = "own_full_view"
    zh = "不能核查自己的查看记录，请由另一位有核查权限的人员办理。"
    en = "Nobody reviews their own views; ask another person with the right to review."


class QuotaUsedUp(AccessError):
    """More of something than one account may do in a day."""

    code = "quota_used_up"
    status = 429
    zh = "您今天的操作已达上限（{most} 次），请明天再试，或联系数据主管部门。"
    en = "Your {most} operations of today are used up. Try again tomorrow or ask the data owner."


class ExportsUsedUp(QuotaUsedUp):
    """More exports than one account may make in a day."""

    code = "exports_used_up"
    zh = "您今天的导出已达上限（{most} 次），没有导出任何内容。请明天再试，或联系数据主管部门。"
    en = "Your {most} exports of today are used up; nothing was exported. Try again tomorrow."


class SearchesUsedUp(QuotaUsedUp):
    """More searches by ID number than one account may make in a day."""

    code = "searches_used_up"
    zh = "您今天按证件号查找已达上限（{most} 次），没有查找。请明天再试，或联系数据主管部门。"
    en = "Your {most} searches by ID number of today are used up; nothing was searched."


class FullViewsUsedUp(QuotaUsedUp):
    """An account has opened as many complete records today as it may."""

    code = "full_views_used_up"
    zh = "今天查看完整信息已达 {most} 次，请明天再看，或请数据主管调整限额。"
    en = (
        "You have opened {most} complete records today. Go on tomorrow, or ask the data owner for "
        "a higher limit."
    )


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


class ForeignHost(AccessError):
    """A request for another host than the one that the settings name."""

    code = "foreign_host"
    status = 421
    zh = "请从本站的网址打开；当前地址不是 GUATU_PUBLIC_URL 所设的网址。"
    en = "Open the site by its own address; this one is not what GUATU_PUBLIC_URL names."


class ForeignOrigin(AccessError):
    """A request that another site makes in somebody's name."""

    code = "foreign_origin"
    zh = "此请求来自其他网站，已拒绝。请从本站页面操作。"
    en = "Another site made this request; it was refused. Use the pages of this site."


class NotOnLoopback(AccessError):
    """A connection that reached the process past the proxy."""

    code = "not_on_loopback"
    zh = "服务只接受本机反向代理的连接。请让程序监听 127.0.0.1，并从 GUATU_PUBLIC_URL 打开。"
    en = (
        "Only the proxy on this machine may connect. Let the program listen on 127.0.0.1 and open "
        "GUATU_PUBLIC_URL."
    )


class TooManyRequests(AccessError):
    """More requests than one visitor may make."""

    code = "too_many_requests"
    status = 429
    zh = "请求过于频繁，请在 {seconds} 秒后重试。"
    en = "Too many requests; try again in {seconds} seconds."


class TooManyTabs(AccessError):
    """More open pages than one account may have."""

    code = "too_many_tabs"
    status = 429
    zh = "您的账号已打开 {most} 个页面。请先关闭几个，再刷新本页。"
    en = "Your account has {most} pages open. Close some, then reload this one."


class TooLarge(AccessError):
    """A request with more in it than it may hold."""

    code = "too_large"
    status = 413
    zh = "提交的内容过大，没有处理。请减少内容后重试。"
    en = "Too much was sent and nothing was done. Send less and try again."


class OidcFailed(AccessError):
    """The provider of the common sign-in did not confirm who somebody is."""

    code = "oidc_failed"
    status = 401
    zh = "统一身份认证没有完成。请回到登录页重试；多次失败时请联系管理员。"
    en = "The single sign-on was not completed. Go back and try again, or ask the administrator."


class OidcUnknown(AccessError):
    """Somebody whom the provider knows and no account belongs to."""

    code = "oidc_unknown"
    zh = "统一身份认证已通过，但本系统没有与之对应的可用账号。请联系管理员开通。"
    en = (
        "Single sign-on succeeded, but no account that may be used here belongs to it. Ask the "
        "administrator for one."
    )


class OidcUnavailable(DataError):
    """The provider of the common sign-in does not answer."""

    code = "oidc_unavailable"
    status = 503
    zh = "统一身份认证服务没有响应。请稍后重试，或用账号和口令登录。"
    en = "The single sign-on service does not answer. Try again later, or sign in by password."


class BadAccount(DataError):
    """An account that cannot be made or changed so."""

    code = "bad_account"
    zh = "账号“{name}”不能这样设置：{why_zh}尚未写入任何内容。"
    en = "The account '{name}' cannot be set up so: {why_en} Nothing was written."


class LastAdministrator(DataError):
    """The last administrator who can sign in would be gone."""

    code = "last_administrator"
    status = 409
    zh = "“{name}”是最后一个可用的管理员账号，不能停用或改为其他角色。请先增加另一个管理员。"
    en = (
        "'{name}' is the last administrator who can sign in and cannot be disabled or given "
        "another role. Add another administrator first."
    )


class WeakPassword(DataError):
    """A password that is too easy to guess, or not allowed by the rules in force."""

    code = "weak_password"
    zh = "口令不合要求：{why_zh}口令没有改变。"
    en = "The password does not do: {why_en} It was not changed."


class WrongCredentials(AccessError):
    """Name and password do not fit; it is not said which of them."""

    code = "wrong_credentials"
    status = 401
    zh = "账号或口令不对，或账号不可用。请核对后重试；忘记口令请联系管理员重置。"
    en = (
        "Name and password do not fit, or the account is not usable. Check and try again; an "
        "administrator can reset a forgotten password."
    )


class WrongCode(AccessError):
    """A one-time code that is wrong, old, or used before."""

    code = "wrong_code"
    status = 401
    zh = "验证码不对、已过期或已用过。请输入验证器上的新验证码，或一个未用过的恢复码。"
    en = (
        "The code is wrong, too old or used before. Enter a new code of your authenticator, or an "
        "unused recovery code."
    )


class SignInLocked(AccessError):
    """Too many failures: this account or address has to wait."""

    code = "sign_in_locked"
    status = 429
    zh = "失败次数过多，请在 {minutes} 分钟后再试；急用时请管理员在“账号”页解除锁定。"
    en = (
        "Too many failures: try again in {minutes} minutes, or ask an administrator to unlock the "
        "account."
    )


class PasswordsDiffer(DataError):
    """The new password was not typed the same way twice."""

    code = "passwords_differ"
    zh = "两次输入的新口令不一样，请重新输入。"
    en = "The new password was not typed the same way twice; type it again."


# ── The living register: what is refused, and why ───────────────────────────────────────────────


class RegisterError(DataError):
    """The ledger's rules forbid an entry; nothing of it was written."""

    code = "register"
    status = 409
    zh = "台账规则不允许该登记，没有写入任何内容。请核对后重试。"
    en = "The ledger's rules forbid this entry; nothing was written. Check it and try again."


class EntryChanged(RegisterError):
    """Somebody else wrote to the same file since the form was opened."""

    code = "entry_changed"
    zh = "“{what}”在您打开后已被 {who} 于 {when} 改动，没有写入任何内容。请核对最新内容再提交。"
    en = (
        "'{what}' was changed by {who} at {when} after you opened the form; nothing was written. "
        "Look at the newest state and submit again."
    )


class NegativeAmount(RegisterError):
    """An amount below zero."""

    code = "negative_amount"
    status = 422
    zh = "“{field}”不能为负数。请填写大于或等于零的金额。"
    en = "'{field}' cannot be negative. Enter an amount of zero or more."


class DayOutOfRange(RegisterError):
    """A day before what it rests on, or in the future."""

    code = "day_out_of_range"
    status = 422
    zh = "日期 {day} 不在允许的范围内（{first} 至 {last}）。请更正日期。"
    en = "The day {day} is outside what is possible ({first} to {last}). Correct the day."


class ReasonMissing(RegisterError):
    """An entry without a reason or evidence."""

    code = "reason_missing"
    status = 422
    zh = "请填写“{field}”，不要写姓名、证件号或电话。"
    en = "Fill in '{field}', without names, ID numbers or telephone numbers."


# ── Register events ─────────────────────────────────────────────────────────────────────────────


class ExitNeedsCase(RegisterError):
    """An exit that somebody would enter without its procedure."""

    code = "exit_needs_case"
    zh = "脱贫退出不能在此登记，没有写入任何内容。请在“脱贫程序”中办理，第九步“录入”时自动登记。"
    en = (
        "An exit cannot be entered here; nothing was written. Take it through the exit procedure: "
        "its ninth step enters it."
    )


class EntryNotPossible(RegisterError):
    """An event that cannot happen to somebody who stands as the chosen member does."""

    code = "entry_not_possible"
    zh = (
        "户 {what} 所选成员中有 {count} 人不能登记“{kind}”，没有写入任何内容。"
        "此项只适用于：{bases}。请核对成员和日期。"
    )
    en = (
        "'{kind}' cannot be entered for {count} of the members chosen in household {what}; nothing "
        "was written. It is only for those who are: {bases}. Check the members and the day."
    )


class NobodyChosen(RegisterError):
    """An act that names no member."""

    code = "nobody_chosen"
    status = 422
    zh = "还没有选择成员，没有写入任何内容。请至少选择一人再提交。"
    en = "No member is chosen; nothing was written. Choose at least one and submit again."


class SomebodyLeftOut(RegisterError):
    """Closing a household with only some of its members."""

    code = "somebody_left_out"
    zh = "销户须包括户 {what} 全部在册成员，没有写入任何内容。只减少部分成员的，请登记“自然减少”。"
    en = (
        "Closing takes all members of household {what} who are on file; nothing was written. If "
        "only some leave, enter a natural decrease."
    )


class NobodyStays(RegisterError):
    """A split that would leave nobody behind."""

    code = "nobody_stays"
    zh = "拆户后原户 {what} 至少要留一名在册成员，没有写入任何内容。请减少拆出的成员。"
    en = (
        "After a split somebody on file must stay in household {what}; nothing was written. "
        "Choose fewer members."
    )


class NobodyOnFile(RegisterError):
    """A household that nobody can join: nobody in it is on file that day."""

    code = "nobody_on_file"
    zh = "户 {what} 在 {day} 没有在册成员，没有写入任何内容。请核对户编码和日期。"
    en = (
        "On {day} nobody in household {what} is on file; nothing was written. Check the code and "
        "the day."
    )


class SameHousehold(RegisterError):
    """A household that would be merged into itself."""

    code = "same_household"
    zh = "不能把户 {what} 并入它自己，没有写入任何内容。请另选一户。"
    en = "Household {what} cannot be merged into itself; nothing was written. Choose another."


class HeadMissing(RegisterError):
    """A new household without exactly one head."""

    code = "head_missing"
    status = 422
    zh = "新识别的户须有且只有一名户主，没有写入任何内容。请核对各成员与户主的关系。"
    en = (
        "A newly identified household has exactly one head; nothing was written. Check how each "
        "member is related to the head."
    )


class BirthYearOutOfRange(RegisterError):
    """A year in which nobody who lives can be born."""

    code = "birth_year_out_of_range"
    status = 422
    zh = "出生年份须在 {first} 至 {last} 之间，没有写入任何内容。请更正出生年份。"
    en = "The year of birth must be from {first} to {last}; nothing was written. Correct it."


class LaterEntryStands(RegisterError):
    """An entry that later ones stand on."""

    code = "later_entry_stands"
    zh = "户 {what} 的同一成员在此之后还有“{kind}”（{day}），没有撤销。请先撤销较晚的登记。"
    en = (
        "After this entry the same members of household {what} have '{kind}' on {day}; nothing "
        "was undone. Undo the later entry first."
    )


class UndoneByCase(RegisterError):
    """An exit that its case alone can undo."""

    code = "undone_by_case"
    zh = "该脱贫退出属于一份脱贫档案，不能在此撤销。请在“脱贫程序”中撤销该档案的第九步。"
    en = (
        "This exit belongs to an exit case and cannot be undone here. Undo the case's ninth step "
        "in the exit procedure."
    )


# ── The household's file ────────────────────────────────────────────────────────────────────────


class SurveyIncomplete(RegisterError):
    """A plan before the survey's three blocks were dealt with."""

    code = "survey_incomplete"
    zh = "户 {what} 的入户摸底在 {day} 尚缺：{blocks}。请先填写或标为不适用，再制定脱贫计划。"
    en = (
        "On {day} the survey of household {what} still lacks: {blocks}. Fill it in or say that it "
        "does not apply, then make the plan."
    )


class PlanIncomplete(RegisterError):
    """A plan without all six indicators."""

    code = "plan_incomplete"
    status = 422
    zh = "脱贫计划须填写六项指标的现状和目标，尚缺：{indicators}。请补充后再提交。"
    en = (
        "An exit plan states baseline and target of all six indicators; still missing: "
        "{indicators}. Add them and submit again."
    )


class StatementStands(RegisterError):
    """A second statement of the same household and months."""

    code = "statement_stands"
    zh = (
        "户 {what} 已有 {year} 年累计 {months} 个月的收入登记。如有误，请先撤销原登记，再重新填写。"
    )
    en = (
        "Household {what} already has a statement for the first {months} months of {year}. If it "
        "is wrong, undo it first, then enter it again."
    )


class NumberOutOfRange(RegisterError):
    """A number outside what a field can hold."""

    code = "number_out_of_range"
    status = 422
    zh = "“{field}”须在 {least} 至 {most} 之间，没有写入任何内容。请更正。"
    en = "'{field}' lies between {least} and {most}; nothing was written. Correct it."


class MeasureStands(RegisterError):
    """A measure that the household has already."""

    code = "measure_stands"
    zh = "户 {what} 自 {since} 起已有该项措施。请修改其实施状态，不必重复登记。"
    en = (
        "Household {what} has had this measure since {since}. Change its state instead of "
        "entering it again."
    )


class PairingStands(RegisterError):
    """A second pairing of the same cadre and household on the same days."""

    code = "pairing_stands"
    zh = "{official} 自 {since} 起已与户 {what} 结对，日期重叠。请先结束原结对，或另选日期。"
    en = (
        "{official} has been paired with household {what} since {since}, and the days overlap. "
        "End that pairing first, or choose another day."
    )


class NoPostThatDay(RegisterError):
    """A pairing on a day on which the cadre holds no post."""

    code = "no_post_that_day"
    zh = "{official} 在 {day} 没有任职记录，不能结对。请核对日期，或另选帮扶责任人。"
    en = "{official} holds no post on {day} and cannot be paired. Check the day or choose another."


class OthersEntry(RegisterError):
    """A log entry or visit that somebody else entered."""

    code = "others_entry"
    status = 403
    zh = "该记录由他人登记，您只能撤销自己登记的内容。请联系登记人或数据员。"
    en = "Somebody else made this entry, and you can undo only your own. Ask them, or a data clerk."


class LaterChangeStands(RegisterError):
    """A change that is not the last one of its file."""

    code = "later_change_stands"
    zh = "户 {what} 在此之后又有改动，不能单独撤销这一条。请先撤销最近一次改动。"
    en = (
        "Household {what} was changed again after this; it cannot be undone by itself. Undo the "
        "latest change first."
    )


# ── Exits ───────────────────────────────────────────────────────────────────────────────────────


class LineNotSet(RegisterError):
    """A case that would rest on an income line that nobody set."""

    code = "line_not_set"
    zh = (
        "收入线未设定，无法判断稳定达标，没有立档。"
        "请市扶贫办在“脱贫程序”的“规则参数”中按文件登记收入线，再来立档。"
    )
    en = (
        "The income line is not set, so stable attainment cannot be judged; no case was opened. "
        "Ask the city office to enter it with its document under 'Rule parameters' of the exit "
        "procedure."
    )


class NotReadyToExit(RegisterError):
    """Households that cannot begin the procedure."""

    code = "not_ready_to_exit"
    zh = (
        "有 {count} 户不能立档（如 {what}），整批没有写入。请先看“试算”中各户的原因，去掉后再提交。"
    )
    en = (
        "{count} households cannot begin (such as {what}); nothing of the batch was written. Look "
        "at the reason of each in the trial run, leave them out and submit again."
    )


class NoHouseholdChosen(RegisterError):
    """A batch without households, or a step without cases."""

    code = "no_household_chosen"
    status = 422
    zh = "没有选择任何户，没有写入任何内容。请至少选择一户再提交。"
    en = "No household is chosen; nothing was written. Choose one at least and submit again."


class OtherTown(RegisterError):
    """A household that does not belong to the batch's town."""

    code = "other_town"
    zh = "户 {what} 不属于该批次的镇（街道），整批没有写入。一个批次只含一个镇（街道）的户。"
    en = (
        "Household {what} is not in the batch's town; nothing of the batch was written. A batch "
        "holds households of one town."
    )


class DistrictMissing(RegisterError):
    """A batch for which no district would answer."""

    code = "district_missing"
    zh = "区划 {what} 找不到责任区，没有写入。每个脱贫批次都须有责任区，请核对镇（街道）代码。"
    en = (
        "No responsible district is found for {what}; nothing was written. Each exit batch has "
        "one: check the town's code."
    )


class StepOutOfOrder(RegisterError):
    """A step that is not the next one."""

    code = "step_out_of_order"
    zh = "户 {what} 不能办理“{step}”：当前应办“{next}”。九步须依次办理，没有写入任何内容。"
    en = (
        "Household {what} cannot take '{step}': the next one is '{next}'. The nine steps follow "
        "each other; nothing was written."
    )


class NoticeTooShort(RegisterError):
    """A notice of less than seven days."""

    code = "notice_too_short"
    status = 422
    zh = "公示至少七天：最早到 {first}，没有写入任何内容。请把公示截止改为 {first} 或更晚。"
    en = (
        "A notice stands for seven days at least: until {first}; nothing was written. Let it end "
        "on {first} or later."
    )


class NoticeRunning(RegisterError):
    """A signature or an approval while objections may still come."""

    code = "notice_running"
    zh = "户 {what} 的公示到 {until} 才期满，没有写入任何内容。请在期满后再签字或批准。"
    en = (
        "The notice of household {what} stands until {until}; nothing was written. Sign or "
        "approve after that."
    )


class SignatureMissing(RegisterError):
    """An approval without all four signatures."""

    code = "signature_missing"
    zh = "户 {what} 还缺“{level}”级主要负责人的签字，不能批准，没有写入。请先完成层层签字。"
    en = (
        "Household {what} lacks the signature of the principal at '{level}' level and cannot be "
        "approved; nothing was written. Have it signed first."
    )


class CaseOutdated(RegisterError):
    """A case that no longer says what the register and the statements say."""

    code = "case_outdated"
    zh = (
        "户 {what} 的在册成员或收入登记在立档后有变化，没有写入任何内容。"
        "请撤销该档案的步骤，按最新情况重新立档。"
    )
    en = (
        "The members on file or the income statements of household {what} changed since the case "
        "was opened; nothing was written. Undo its steps and open a case anew."
    )


class NewerCaseStands(RegisterError):
    """A withdrawn case that somebody would go on with."""

    code = "newer_case_stands"
    zh = "户 {what} 已有更新的脱贫档案，本档案不能继续，没有写入任何内容。请在新档案中办理。"
    en = (
        "Household {what} has a newer exit case; this one cannot go on and nothing was written. "
        "Use the newer one."
    )


class NothingToUndo(RegisterError):
    """An entry that does not stand."""

    code = "nothing_to_undo"
    zh = "户 {what} 没有可撤销的该项登记，没有写入任何内容。请刷新页面查看最新状态。"
    en = (
        "Household {what} has no such entry to undo; nothing was written. Reload the page for the "
        "newest state."
    )


class NoticeNotUp(RegisterError):
    """A public notice of a batch that has none yet."""

    code = "notice_not_up"
    zh = "该批次还没有公示，没有导出任何内容。请先办理第六步“公示”，再打印。"
    en = "This batch has no notice yet; nothing was exported. Take the sixth step, then print it."


class SignatureRefused(AccessError):
    """A signature that is not this person's to give."""

    code = "signature_refused"
    status = 403
    zh = "您不能签字，没有写入任何内容。"
    en = "You cannot sign; nothing was written."


class NoOfficial(SignatureRefused):
    """An account that stands for no official."""

    code = "no_official"
    zh = "您的账号没有关联干部代号，不能签字。请管理员在“账号”页填写您的代号。"
    en = (
        "Your account names no official, so you cannot sign. Ask the administrator to fill in "
        "your code on the accounts page."
    )


class NotPrincipal(SignatureRefused):
    """A deputy, or anybody else who is not the head of the unit."""

    code = "not_principal"
    zh = "签字须由“{level}”级当日在任的主要负责人（一把手）办理，副职不能代签；没有写入任何内容。"
    en = (
        "Only the principal in office that day at '{level}' level signs, no deputy; nothing was "
        "written."
    )


class TermOver(SignatureRefused):
    """A principal whose term does not cover the day."""

    code = "term_over"
    zh = (
        "您在“{level}”级的任期（{first} 至 {last}）不含今天，不能签字；没有写入任何内容。"
        "请现任主要负责人签字。"
    )
    en = (
        "Your term at '{level}' level ({first} to {last}) does not cover today; nothing was "
        "written. Have the principal in office sign."
    )


class OtherUnit(SignatureRefused):
    """A principal of a unit that the household does not belong to."""

    code = "other_unit"
    zh = "您不是户 {what} 所属单位的主要负责人，不能签字；没有写入任何内容。"
    en = "You are not the principal of a unit of household {what}; nothing was written."


class OutOfTurn(SignatureRefused):
    """A signature before the level below has signed."""

    code = "out_of_turn"
    status = 409
    zh = "现在轮到“{level}”级签字：须按村、镇、区、市的顺序，没有写入任何内容。请等前一级签完。"
    en = (
        "It is the turn of '{level}' level: village, town, district, city sign in this order. "
        "Nothing was written; wait for the level before."
    )


class SignedTwice(SignatureRefused):
    """A second signature of a level, or of a person."""

    code = "signed_twice"
    status = 409
    zh = "户 {what} 已有您或您这一级的签字：每级、每人只签一次，没有写入任何内容。"
    en = (
        "Household {what} has your signature, or your level's: each level and each person signs "
        "once. Nothing was written."
    )


class NothingToSign(SignatureRefused):
    """A batch without a case that waits for a signature."""

    code = "nothing_to_sign"
    status = 409
    zh = "该批次目前没有待签字的户，没有写入任何内容。请刷新页面查看最新状态。"
    en = (
        "No case of this batch waits for a signature; nothing was written. Reload the page for the "
        "newest state."
    )


class ParameterOutOfRange(RegisterError):
    """A figure that cannot be such a parameter."""

    code = "parameter_out_of_range"
    status = 422
    zh = "“{field}”须在 {least} 至 {most} 之间，没有写入任何内容。请核对文件后更正。"
    en = "'{field}' must be from {least} to {most}; nothing was written. Check the document."


class SignedAbove(RegisterError):
    """An undoing of what a higher level signed."""

    code = "signed_above"
    zh = "户 {what} 的档案已由上级（{level}）签字，没有撤销任何内容。请由该级的数据员或扶贫办撤销。"
    en = (
        "The case of household {what} is signed at {level} level; nothing was undone. The clerk or "
        "office of that level undoes it."
    )


class StatementInUse(RegisterError):
    """The voiding of an income statement that an approved exit rests on."""

    code = "statement_in_use"
    zh = "户 {what} 已批准的脱贫档案以该收入登记为依据，没有撤销任何内容。请先撤销该档案的批准。"
    en = (
        "An approved exit of household {what} rests on this income statement; nothing was undone. "
        "Undo the approval first."
    )


# ── Monitoring and look-back ────────────────────────────────────────────────────────────────────


class AlertClosed(RegisterError):
    """An alert that somebody closed before."""

    code = "alert_closed"
    zh = "户 {what} 的这条预警已由 {who} 于 {when} 销号，没有写入任何内容。要改判，请先撤销销号。"
    en = (
        "This alert of household {what} was closed by {who} at {when}; nothing was written. To "
        "judge it anew, undo the closing first."
    )


class LookbackExists(RegisterError):
    """A look-back of the same name over the same division."""

    code = "lookback_exists"
    zh = "该范围内已有名为“{what}”的回头看，没有重复建立。请打开已有的，或换一个名称。"
    en = (
        "This division has a look-back named '{what}' already; no second one was opened. Use that "
        "one, or choose another name."
    )


class LookbackEmpty(RegisterError):
    """A look-back over a division without anybody on file."""

    code = "lookback_empty"
    status = 422
    zh = "所选范围在 {day} 没有在册户，没有建立回头看。请更换范围或冻结日期。"
    en = (
        "Nobody is on file in the chosen division on {day}; no look-back was opened. Choose "
        "another division or another day."
    )


class DueTooEarly(RegisterError):
    """A due day before the day that a list is frozen on."""

    code = "due_too_early"
    status = 422
    zh = "完成期限 {day} 早于冻结日期 {first}，没有建立回头看。请更正完成期限。"
    en = (
        "The due day {day} lies before the day of the freeze, {first}; no look-back was opened. "
        "Correct the due day."
    )


class OneRecordEach(RegisterError):
    """Several records at once, corrected or removed."""

    code = "one_record_each"
    status = 422
    zh = "批量登记只适用于“属实”。已更正和已清退请逐户登记。"
    en = "Only 'verified' can be entered for many records at once. Enter the others one by one."


class CorrectionMissing(RegisterError):
    """A record said to be corrected whose file did not change."""

    code = "correction_missing"
    zh = (
        "户 {what} 的档案自名册冻结（{when}）以来没有任何更正，没有写入结果。"
        "请先在户档案中更正，再登记“已更正”。"
    )
    en = (
        "Nothing in the file of household {what} was corrected since the list was frozen "
        "({when}); no outcome was written. Correct the household's file first, then enter "
        "'corrected'."
    )


class RemovalMissing(RegisterError):
    """A record said to be removed whose members are still on file."""

    code = "removal_missing"
    zh = (
        "户 {what} 冻结时的成员自冻结（{when}）以来没有全部登记清退，没有写入结果。"
        "请先登记“清退”，再登记“已清退”。"
    )
    en = (
        "Not all members whom household {what} had when the list was frozen ({when}) were removed "
        "since; no outcome was written. Enter the register event 'removed' first."
    )


# ── Gaps and entitlements ───────────────────────────────────────────────────────────────────────


class ParametersMissing(RegisterError):
    """A rule whose parameters are not known."""

    code = "parameters_missing"
    status = 422
    zh = "规则 {rule} 缺少 {count} 项参数，未作计算。请按文件逐项填写；不知道的不能猜。"
    en = (
        "Rule {rule} lacks {count} parameters; nothing was computed. Fill each in from the "
        "document; none is guessed."
    )


class BadRatio(RegisterError):
    """A ratio outside 0 to 100 %."""

    code = "bad_ratio"
    status = 422
    zh = "比例须在 0 至 100% 之间，未作计算。请更正比例。"
    en = "A ratio lies between 0 and 100 %; nothing was computed. Correct the ratio."


class BillExceeded(RegisterError):
    """Layers that would pay more than there is to pay."""

    code = "bill_exceeded"
    status = 422
    zh = "各层支付之和超过医疗费用，没有写入任何内容。请核对各层金额。"
    en = "The layers pay more than the bill; nothing was written. Check the amounts of the layers."


class RulePending(RegisterError):
    """A payment under a rule that computes nothing yet."""

    code = "rule_pending"
    zh = "规则 {rule} 尚未附上文件，不能登记发放，没有写入任何内容。请先由数据负责人附上文件。"
    en = (
        "Rule {rule} has no document yet, so that no payment can be entered under it; nothing was "
        "written. Have the data owner attach the document first."
    )


class AmountMissing(RegisterError):
    """A payment of nothing."""

    code = "amount_missing"
    status = 422
    zh = "发放金额须大于零，没有写入任何内容。请填写实际发放的金额。"
    en = "A payment is more than zero; nothing was written. Enter the amount that was paid."


class GapClosed(RegisterError):
    """A gap that is not open on the day it is assigned."""

    code = "gap_closed"
    zh = "对象 {what} 在 {day} 没有“{gap}”这一缺口，没有写入任何内容。请刷新清单后再交办。"
    en = (
        "On {day} there is no gap '{gap}' at {what}; nothing was written. Load the list again "
        "before you assign it."
    )


class OwnerUnknown(RegisterError):
    """An owner of a gap whom the ledger does not know."""

    code = "owner_unknown"
    status = 422
    zh = "台账中没有该责任人或单位的代号，没有写入任何内容。请从名单中选择，不要填写姓名。"
    en = (
        "The ledger knows no official or unit with that code; nothing was written. Choose one from "
        "the list and write no name."
    )


# ── Closes and reconciliation ───────────────────────────────────────────────────────────────────


class YearNotOver(RegisterError):
    """A close of a year that is not over."""

    code = "year_not_over"
    zh = "{year} 年尚未结束，没有关账。请在 {day} 之后关账。"
    en = "The year {year} is not over; it was not closed. Close it after {day}."


class YearBeforeOpening(RegisterError):
    """A close of a year before the register's opening."""

    code = "year_before_opening"
    status = 422
    zh = "台账自 {first} 年起可以关账，没有对 {year} 年关账。请更正年度。"
    en = "Years from {first} on can be closed; {year} was not. Correct the year."


class YearClosed(RegisterError):
    """A close of a year that was closed before."""

    code = "year_closed"
    zh = (
        "{year} 年已由 {who} 于 {when} 关账，没有重复关账。关账名册不会改变；"
        "之后的更正请照常登记，并在“两个时间”中对照。"
    )
    en = (
        "The year {year} was closed by {who} at {when}; it was not closed again. A close never "
        "changes: enter corrections as usual and compare both times on the page 'Two times'."
    )


class NobodyToClose(RegisterError):
    """A close of a register that nobody is on."""

    code = "nobody_to_close"
    zh = "{day} 台账中没有任何在册人员，没有关账。请先登记，或更正年度。"
    en = "Nobody is on file on {day}; nothing was closed. Enter the register first."


class ClaimNotComparable(RegisterError):
    """A verdict on a published figure that the ledger cannot compute."""

    code = "claim_not_comparable"
    zh = "公布数 {what} 在台账中没有可比的数，没有写入结论。请先登记期初或核对口径。"
    en = (
        "The ledger has nothing to compare with claim {what}; no verdict was written. Enter the "
        "opening first, or check the definition."
    )


class NothingToSettle(RegisterError):
    """A verdict on a figure that needs none."""

    code = "nothing_to_settle"
    zh = "公布数 {what} 没有待处理的差额，没有写入结论。"
    en = "Claim {what} has no difference to settle; no verdict was written."


class EvidenceMissing(RegisterError):
    """A residual that somebody would close with neither dated events nor a signed note."""

    code = "evidence_missing"
    zh = (
        "公布数 {what} 的差额 {residual} 不能结案：需要有日期的登记事件支持所选解释，"
        "或由数据负责人写明说明并签署。没有写入任何内容。"
    )
    en = (
        "The difference {residual} of claim {what} cannot be settled: that needs dated events that "
        "support the chosen reading, or a note signed by the data owner. Nothing was written."
    )


class LedgerMoved(RegisterError):
    """A residual that changed since the form was opened."""

    code = "ledger_moved"
    zh = "公布数 {what} 的差额在您打开后已由 {seen} 变为 {found}，没有写入结论。请核对后再提交。"
    en = (
        "The difference of claim {what} changed from {seen} to {found} after you opened the form; "
        "no verdict was written. Look at it again, then submit."
    )
