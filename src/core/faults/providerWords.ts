/**
 * What providers write where they give no code of any use. Tried on messages without their quotations, and only at
 * statuses where the meaning is possible. Sources: the error references of the providers, one-api and new-api, and the
 * replies in `test/core/gateways`.
 */
export const providerWords = {
  /** Money, a budget in money, or a subscription, whatever else the message mentions. */
  credit: anyOf(
    /insufficient (?:account |user )?(?:balance|credits?|quota|funds)/,
    /balance is (?:too low|not enough|insufficient|exhausted|depleted)|overdue balance/,
    /not enough (?:balance|credits?|quota|funds)|quota\b.{0,60}\bis not enough/,
    /(?:out of|requires more|no (?:more )?remaining) credits\b|no (?:more )?credits (?:left|remaining|available)/,
    /(?:do|does)(?: not|n['’]t) have (?:any|enough) credits|used (?:up )?all (?:of )?(?:the |your )?(?:available )?credits/,
    /credits (?:have |are |were )?(?:been )?(?:exhausted|depleted|used up|expired)/,
    /spend(?:ing)? (?:limit|cap)|\b(?<!thinking |reasoning |token )budget (?:has been |is |was )?(?:exceeded|exhausted|used up|reached)/,
    /payment required|billing hard limit|account is (?:in arrears|overdue)|unpaid (?:bill|invoice)/,
    /please (?:top[- ]?up|recharge)/,
    /(?:key|credit) limit (?:exceeded|reached)|reached your specified api usage limits/,
    /(?:plan|subscription|membership|free trial) (?:has |is )?(?:already )?(?:expired|ended|lapsed)/,
    /(?:余额|额度|点数|积分|资源包)(?:已?不足|不够|已?用[尽完光]|已?耗尽|为\s?0)|额度失败|欠费|请.{0,6}充值/,
    /(?:套餐|订阅|会员|资源包)\S{0,4}(?:到期|过期|失效)/,
  ),
  /** Money at OpenAI, a rate limit at Google. */
  quota: anyOf(/exceed(?:ed|s)? (?:your |the )?current quota/),
  /** Used up for good, unless a unit of time is named. */
  freeQuota: anyOf(
    /free (?:tier|trial|quota)\b.{0,60}\b(?:exhausted|used up|exceeded)/,
    /(?:exhausted|used up|exceeded) (?:its|your|the|all) (?:\w+ )?free (?:tier|trial|quota)/,
    /免费\S{0,8}(?:用[尽完光]|耗尽|不足)/,
  ),
  auth: anyOf(
    /(?:invalid|incorrect|wrong|missing|expired|no) (?:api[ _-]?key|access[ _-]?token|bearer token|credentials|key)\b/,
    /api[ _-]?key (?:is |has )?(?:not valid|invalid|missing|expired|not found|been (?:revoked|disabled))/,
    /^unauthorized\b|^invalid token\b|authentication (?:fail|error)|login fail/,
    /无效的?\s?(?:令牌|密钥|api ?key)|(?:令牌|密钥|api ?key)\S{0,6}(?:无效|过期|禁用|不存在|错误)/,
    /(?:认证|鉴权|身份验证)失败/,
  ),
  /** The key is right, and this is not for it. */
  permission: anyOf(
    /账[户号](?:已?被|已)?(?:锁定|封禁|冻结|停用|禁用)|(?:无权|没有权限)(?:访问|使用)|暂未开放.{0,40}权限/,
    /account (?:is |has been )?(?:locked|suspended|disabled|deactivated|banned)/,
    /location is not supported|not (?:available|supported) in your (?:country|region)/,
  ),
  context: anyOf(
    /maximum context length|context[ _](?:window|length|size|limit)/,
    /(?:prompt|input|conversation) is too (?:long|large)|token length too long|reduce the length/,
    /(?:prompt|input|message|request)s? exceed(?:s|ed)? .{0,40}(?:tokens?|context|length)\b/,
    /too many (?:input |prompt )?tokens|input token count\b.{0,60}\bexceeds|range of input length/,
    /上下文.{0,12}(?:超|过长|长度)|(?:输入|提示词?|prompt).{0,8}(?:过长|超长|超过)/,
  ),
  filter: anyOf(
    /content (?:management |usage )?polic|content[ _-]filter|flagged (?:by|as|for)|safety (?:system|filter|polic)/,
    /inappropriate content|sensitive (?:content|information)|content exists risk|high risk|guardrail/,
    /敏感|违规|不安全/,
  ),
  model: anyOf(
    /\b(?:invalid|unknown|no such|unsupported|non-?existent|not supported|not found the) model\b(?! (?:param|output|response|input))/,
    /\bmodels?\b(?: name| id| or endpoint)?[:/]?\s{0,2}(?!output|response|input|param)(?:["'`“]?[\w./:@-]{1,100}["'`”]?)?,?\s{0,2}(?:is |was |does |has been |could )?(?:currently )?(?:not (?:found|exist|be found|supported|available|a valid|recognized|deployed)|unknown|unavailable|invalid|disabled|deprecated|decommissioned)/,
    /is not a valid model|\bno endpoints found|does not work with the specified model/,
    /模型.{0,60}(?:不存在|未找到|不可用|已下线)|不支持.{0,10}模型/,
  ),
  /** one-api and new-api have no upstream for the model, whatever status and code they choose to say so. */
  channel: anyOf(/no available channels?\b|无可用渠道/),
  /** new-api could not look for one; another try may find it. */
  channelLookup: anyOf(/可用渠道(?:失败|不存在)|failed to get (?:an )?available channel/),
  prefill: anyOf(
    /prefill|trailing assistant|(?:last|final) (?:message|role)\b.{0,40}(?:assistant|user)|must end with a user/,
  ),
  overload: anyOf(
    /overload|at capacity|over capacity|too busy|server busy|high demand|queue is full/,
    /负载(?:过高|较高)|过载|繁忙|访问量过大/,
  ),
  /** The whole group of upstreams; new-api has also sent this under the code of an empty balance. */
  saturated: anyOf(/load is (?:already )?saturated|负载已?饱和/),
  /** A request rate, where neither code nor status says so. */
  limit: anyOf(
    /rate[- ]?limit|too many requests|requests? limit reached|throttl/,
    /(?:请求|访问)(?:过于|太)频繁|频率(?:限制|过高|超限)|限流|速率限制|请求数限制/,
  ),
  /** A limit that is back in a moment, even if it is called a quota. */
  shortLimit: anyOf(
    /per[ -](?:minute|second|min|sec)\b|\b[RTQ]P[MS]\b|concurren|allocated quota exceeded|#(?:token|rate)-limit/,
    /每分钟|每秒|分钟内|并发/,
  ),
  /** A limit that is not back within minutes. */
  longLimit: anyOf(
    /per[ -](?:day|week|month)\b|\b(?:daily|weekly|monthly)\b|\b[RT]PD\b|usage limit|\d+[- ]?hours? (?:usage )?limit/,
    /account(?:'s)? (?:has )?(?:reached|hit|exceeded) (?:its|the|your) (?:\w+ )?(?:limit|quota)/,
    /[每当今本][日天周月]|使用上限|小时.{0,8}(?:上限|限额)/,
  ),
  tooLarge: anyOf(/\brequest too large\b/),
  tokenLimit: anyOf(/\bmax_(?:completion_)?tokens\b.{0,60}too large/),
} as const satisfies Readonly<Record<string, RegExp>>;

function anyOf(...patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join('|'), 'i');
}
