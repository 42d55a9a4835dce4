/** Matches error messages about an API key that has been disabled, as opposed to a key that might be mistyped. */
const disabledKey = anyOf(
  /(?:api[ _-]?key|access token) (?:is |has )?(?:been )?(?:revoked|disabled|inactive|suspended|blocked|deleted)/,
  /(?:令牌|密钥|api ?key)\s?\S{0,6}禁用/,
);

/**
 * Phrases in the error messages of providers that send no usable error code. Quotations are removed from a message
 * before it is searched. Sources: the error references of the providers, of one-api and of new-api, and the replies in
 * `test/engine/gateways`.
 */
export const providerPhrases = {
  /**
   * Phrases for an account that lacks credit or a subscription. These phrases have priority over other causes that the
   * message mentions.
   */
  credit: anyOf(
    /insufficient (?:(?!permissions?\b|privileges?\b|access\b)[\w$-]+ ){0,3}(?:balance|credits?|funds)|payment required\b|billing hard limit|unpaid (?:bill|invoice)|\bnon-?payment\b|\bpast due\b/,
    /balance (?:is |has )?(?:too low|not enough|insufficient|exhausted|depleted|run out)|overdue balance|\bbalance is negative|negative balance/,
    /not enough (?:balance|credits?|funds)|account is (?:in arrears|overdue)|credits? limit (?:exceeded|reached)/,
    /(?:out of|requires more|no (?:more )?remaining) credits\b|no (?:more )?credits (?:left|remaining|available)/,
    /(?:do|does)(?: not|n['’]t) have (?:any|enough) credits|\byou (?:do not|don['’]t) have enough (?:compute )?points|\b(?:are|ran) out of (?:compute )?points|used (?:up )?all (?:of )?(?:the |your )?(?:available )?credits/,
    /credits (?:have |are |were )?(?:been )?(?:exhausted|depleted|used up|expired)/,
    /reached your specified api usage limits|\bkey limit (?:exceeded|reached)/,
    /(?:^|monthly |weekly |daily |team |your |key |user |spending )budget (?:limit )?(?:has been |is |was )?(?:exceeded|exhausted|used up|reached)/,
    /exceeded(?:token)?budget\b|exceeded (?:their|its|your|the) budget|crossed budget/,
    /(?:plan|subscription|membership|free trial) (?:has |is )?(?:already )?(?:expired|ended|lapsed)|no active subscription/,
    /total (?:cost|usage) limit|(?:requires? (?:a )?valid|(?:enter|provide) (?:a|your)(?: valid)?) (?:credit card|payment method)|payment method (?:is )?required/,
    /(?:余额|点数|积分)(?:已?不足|不够|已?用[尽完光]|已?耗尽|为(?:负|\s?0))|预扣费额度失败|欠费|总费用(?:限制|限额|上限)/,
    /资源包(?:余量)?(?:已?不足|已?用[尽完光]|已?耗尽)|(?:套餐|订阅|会员|资源包)\S{0,4}(?:到期|过期|失效)/,
  ),
  /**
   * Phrases for a cost limit that has been reached. They are ignored in a message about a request parameter, which can
   * use similar words.
   */
  costLimit: anyOf(
    /\bspend(?:ing)? (?:limit|cap)|\b(?:cost|billing) (?:limit|cap|quota|allowance) (?:has been |is |was )?(?:reached|exceeded|exhausted|used up)/,
    /\b(?:max(?:imum)?|total|daily|weekly|monthly|usage) (?:allowed )?(?:cost|spend(?:ing)?)(?: (?:limit|cap|quota))? (?:has been |have been |is |was )?(?:reached|exceeded|exhausted|used up)/,
    /(?:reached|exceed(?:s|ed)?|hit|used up|spent) (?:(?:its|the|your|their|all) )?(?:[\w-]+ ){0,2}(?:max(?:imum)?|allowed) (?:[\w-]+ )?(?:cost|spend(?:ing)?|expenses?)\b/,
    /(?:reached|exceed(?:s|ed)?|hit) (?:(?:its|the|your|their) )?(?:[\w-]+ ){0,2}(?:(?:cost|billing) (?:limit|cap|quota|allowance)|(?:dollar|usd) (?:amount|limit|cap))/,
    /\b(?:costs?|spend(?:ing)?|expenses) (?:has |have )?(?:reached|exceeds?|exceeded|hit) (?:its|the|your|their)\b/,
    /(?:费用|消费|花费|成本)\S{0,4}(?:上限|限[制额]|额度)\S{0,3}(?:达|超|用[尽完光]|耗尽)|(?:费用|消费|花费|成本)已?(?:达到?|超[过出])\S{0,6}(?:上限|限[制额])/,
    /(?:达到?|超[过出])\S{0,8}(?:(?:费用|消费|花费|成本)(?:总额|额度|金额)?(?:上限|限[制额])|最[大高](?:费用|消费|花费|成本))/,
  ),
  parameter: anyOf(/\bparam(?:eter)?s?\b|\bfields?\b|\b(?:must|should) be\b|\bmax_\w+|参数|字段/),
  /**
   * Phrases for a quota that is used up, if they don't say what the quota limits. Such a quota is assumed to be credit
   * unless the message also mentions a rate.
   */
  quota: anyOf(
    /insufficient (?:account |user )?quota|not enough quota|quota\b.{0,60}\bis not enough|\bno quota (?:left|remaining)/,
    /\bquota (?:is |has been )?(?:exhausted|used up)|tokenstatusexhausted|used (?:up )?all (?:of )?your free/,
    /(?:free (?:tier|trial|quota)|free allocated quota)\b.{0,60}\b(?:exhausted|used up|exceeded)/,
    /(?:exhausted|used up|exceeded) (?:its|your|the|all) (?:\w+ )?free (?:tier|trial|quota)/,
    /please (?:top[- ]?up|recharge)|请.{0,6}充值|免费\S{0,8}(?:用[尽完光]|耗尽|不足)/,
    /(?:额度|次数)(?:已?不足|不够|已?用[尽完光]|已?耗尽|已?过期|为\s?0)/,
  ),
  /** Phrase that means a lack of credit at OpenAI, but a rate limit at Google. */
  currentQuota: anyOf(/exceed(?:ed|s)? (?:your |the )?current quota/),
  auth: anyOf(
    disabledKey,
    /(?:invalid|incorrect|wrong|missing|expired|no) (?:(?:api|access|secret|virtual|auth)[ _-]?(?:key|token)|bearer token|credentials)\b/,
    /(?:api[ _-]?key|access token) (?:format )?(?:is |has )?(?:been )?(?:not valid|invalid|incorrect|malformed|missing|expired|not found)/,
    /^unauthorized\b|^invalid token\b(?! at\b|:)|authentication (?:fail|error)|\bexpired key\b|login fail/,
    /无效的?\s?(?:令牌|密钥|api ?key)|(?:令牌|密钥|api ?key)\s?\S{0,6}(?:无效|过期|不存在|错误)/,
    /(?:认证|鉴权|身份验证)失败/,
  ),
  disabledKey,
  /** Phrases for a valid API key that lacks the permission for this request. */
  permission: anyOf(
    /(?:无权|没有权限)(?:访问|使用)|暂未开放.{0,40}权限|\bno permission\b|permission denied/,
    /location is not supported|not (?:available|supported) in your (?:country|region)/,
  ),
  /**
   * Phrases for an account that is blocked or not verified. Only the user or the provider's support can change that.
   */
  restriction: anyOf(
    /(?:账[户号]|用户|组织|企业|项目)(?:\S{0,4}[被已])?(?:临时|永久)?(?:锁定|封禁|封停|冻结|停用|禁用|限制使用)|账[户号]\S{0,12}被限制(?!\S{0,4}[频速]率)/,
    /(?:请|需要?|尚?未)\S{0,6}(?:实名|身份|企业|手机号?|邮箱)\S{0,2}(?:认证|验证)|联系\S{0,6}(?:解封|解冻|解除)/,
    /(?<!\b(?:if|unless|when) (?:your |the |this )?)\b(?:account|organi[sz]ation|project|workspace|api access) (?:\S{1,80} )?(?:is |was |has been |have been )?(?:(?:currently|temporarily|permanently|automatically) )?(?:locked|suspended|disabled|deactivated|banned|blocked|restricted(?! to\b)|terminated|frozen|under review|pending (?:review|verification|approval)|on hold)/,
    /\b(?:verify|confirm) your (?:account|identity|e-?mail|phone|organi[sz]ation|business)|must be verified|(?:account|identity|e-?mail|phone(?: number)?|organi[sz]ation|user) (?:is |has )?not (?:yet )?(?:been )?verified/,
    /(?:account|identity|e-?mail|phone|organi[sz]ation|customer|real-?name|kyc) verification (?:is |has )?(?:required|needed|pending|incomplete|not (?:been )?completed?)|(?:requires?|complete) (?:[\w-]+ ){0,2}(?:account|identity|e-?mail|phone|organi[sz]ation|real-?name|kyc) verification/,
    /\b(?:restore|regain|reinstate) (?:your )?(?:access|account)\b.{0,20}\b(?:contact|submit|appeal|verify)|\b(?:usage|request) pattern\b.{0,40}\b(?:does not comply|violat)|\b(?:to|can) appeal\b|\byour access (?:is|was|has been) (?:terminated|suspended|revoked)/,
  ),
  context: anyOf(
    /maximum (?:context|prompt) length|reduce the length|range of input length|max input (?:characters|tokens)/,
    /(?:exceed|greater|larger|longer|beyond|overflow|out of|reached|too (?:long|large))\w*\b.{0,80}\bcontext[ _]?(?:window|length|size|limit)/,
    /context[ _]?(?:window|length|size|limit)\b.{0,60}\b(?:exceed|overflow|too (?:long|small|large)|reached|is full)/,
    /(?:prompt|input|conversation|messages?)(?: tokens)? (?:is |are )?too (?:long|large)|token length too long|\bprompt is longer than/,
    /\b(?:(?<!max |output |completion )tokens?|prompt|conversation)\b(?! per)[^.]{0,40}\bexceeds? (?:the )?(?:model(?:['’]s)? )?max(?!_tokens)/,
    /\bcontext length is only\b|\bfits? (?:in|into|within) (?:the |this )?(?:model(?:['’]s)? )?context/,
    /(?:prompt|input|message|request|token)s? exceed(?:s|ed)? .{0,40}(?:tokens?|context|length|maximum allowed)\b(?! (?:quota|rate|per))/,
    /(?:prompt|input)(?:[ _]tokens?)?(?: length| count)?(?: of)? \(?(?:length )?\d[\d,]*\)? (?:exceeds|is (?:longer|greater|larger) than|must be less than) (?:the )?(?:max|limit)/,
    /`inputs`(?: tokens \+ `max_new_tokens`)? must (?:be <=|have less than) \d+/,
    /too many (?:input |prompt )?tokens(?!,? please wait| per)|input token count\b.{0,60}\bexceeds/,
    /上下文.{0,12}(?:超|过长|长度)|(?:输入|内容|对话|提示词?|prompt|tokens?数?).{0,8}(?:过长|超长|超过|超出)|超[出过]最大(?:长度|限制)/,
  ),
  filter: anyOf(
    /content (?:management |usage )?polic|content[ _-]filter|flagged (?:by|as|for)|safety (?:system|filter|polic)/,
    /inappropriate content|sensitive (?:content|information)|content exists risk|high risk|guardrail|moderation/,
    /violat(?:es?|ed|ing|ions? of) (?:\S{1,40} ){0,4}(?:(?:usage|content|community|safety) guidelines|acceptable use)|\bcontent\b.{0,60}\b(?:is|was|has been) (?:blocked|censored|filtered|flagged)|\b(?:request|prompt|message|response) (?:was|is|has been) (?:blocked|rejected|refused) (?:by|for|due to) .{0,30}\b(?:content|safety)\b/,
    /敏感|违规|不安全|不合规|内容审核|风控/,
  ),
  /** Phrases of errors about images: the model can't see them, or the images are too large, too many or broken. */
  images: anyOf(
    /\b(?:image|picture)s?(?:_url)?\b(?! generat)[^.]{0,60}(?:\bnot|n['’]t|\bonly) (?:\w+ ){0,2}(?:support|enabled|allowed|accepted|permitted|processed)/,
    /(?:\bnot|n['’]t|\bcannot|unable to|could not) (?:currently |yet )?(?:support|accept|process|read|handle|decode|have)\w*\b[^.]{0,40}\b(?:images?(?:_url)?|pictures?|vision|visual|multi-?modal)\b(?! generat)/,
    /\bno endpoints found that support image|unknown variant\W{0,3}image_url|\bnot a (?:multi-?modal|vision)|\bat most \d+ image|required for image input/,
    /\bcontent\b[^.]{0,40}\b(?:must be|should be|expected) a (?:valid )?string/,
    /\bimages?\b[^.]{0,40}\b(?:exceeds?|too (?:large|big|small|many))\b|\b(?:invalid|unsupported|corrupt(?:ed)?|too many) (?:base64 )?(?:images?|image (?:data|format|type|url))\b/,
    /不支持(?:的)?(?:图[片像]|视觉|多模态|image)|图[片像]\S{0,12}(?:不支持|过大|过多|超[过出]|无效|格式错误|损坏)/,
  ),
  model: anyOf(
    /\b(?:invalid|unknown|no such|no matching|unsupported|non-?existent|not supported|not found the) model\b(?! (?:param|output|response|input))/,
    /\bmodels?\b(?: name| id| or endpoint)?[:/]?\s{0,2}(?!output|response|input|param)(?:["'`“]?[\w./:@-]{1,100}["'`”]?)?,?\s{0,2}(?:(?:is|was|does|has been|could)(?: |(?=n['’]t)))?(?:currently )?(?:(?:not|n['’]t) (?:currently )?(?:found|exist|be found|supported|available|offered|served|hosted|a valid|recognized|deployed|configured|registered|enabled|allowed)|unknown|unavailable|invalid|disabled|deprecated|decommissioned|removed|retired|discontinued)/,
    /is not a valid model|unknown provider for model|\bfunction\b.{0,80}\bnot found for account|\bno endpoints found|does not work with the specified model/,
    /\bno (?:available |allowed |matching |valid )(?:model )?providers?\b|reached its end of life|\bmodel specified\b.{0,40}\bnot configured/,
    /\bmodels?\b.{0,100}\b(?:is|are)(?: not|n['’]t) (?:in|on|part of) (?:our|the|this) (?:[\w-]+ )?(?:catalog|list of)/,
    /\b(?:unable to|could(?: not|n['’]t)|can(?:not|['’]t)) (?:access|find|locate) (?:(?:the|a) )?(?:[\w-]+ )?model\b/,
    /模型.{0,60}(?:不存在|未找到|不可用|已下[线架]|已?停止(?:服务|支持)|已(?:废弃|弃用)|未开通|未启用|未配置|已停用)|不(?:支持|允许使用).{0,10}模型/,
  ),
  /**
   * Phrases for a model without an upstream (a "channel") at one-api or new-api. The HTTP status and the code of this
   * error vary.
   */
  channel: anyOf(/no (?:available (?:\w+ )?)?channels?\b(?! keys?)(?: available)?/, /(?:无|没有)可用的?渠道(?!密钥)/),
  /** Phrases for a failed search for an upstream at new-api. A retry might succeed. */
  channelLookup: anyOf(/可用渠道(?:失败|不存在)|failed to get (?:an )?available channel/),
  prefill: anyOf(
    /prefill|trailing assistant|(?:last|final) (?:message|role)\b.{0,40}(?:assistant|user)|must end with a user/,
  ),
  overload: anyOf(
    /overload|(?:at|over|no|insufficient) capacity|capacity (?:is )?exceeded|too busy|server busy|high demand|queue is full/,
    /\bno (?:active|available|healthy) (?:(?!channel)[\w-]+ ){0,2}(?:keys?|accounts?|credentials?|upstream|instances?|workers?)\b|no auth available|is (?:currently |still )?loading|cooling down|degraded function/,
    /\b(?:worker|replica|engine|node|server|backend)(?: [\w-]+){0,3} limit (?:is |was |has been )?(?:reached|exceeded)/,
    /负载(?:过高|较高|已满|已经?达到?上限)|过载|繁忙|访问量过大|(?:无|没有)可用的?\S{0,10}(?:账[号户]|节点)/,
  ),
  /**
   * Phrases for a failure between the gateway and its provider, which the gateway reports with a 4xx status. The
   * phrases match only at the beginning of the message, because later words could belong to a rejected value of the
   * request.
   */
  upstreamFailure: anyOf(
    /^(?:the )?(?:upstream )?(?:\w+ )?(?:stream|connection) (?:was |has )?(?:unexpectedly )?(?:ended|closed|disconnected|interrupted|terminated|aborted|reset|refused|timed out)/,
    /^(?:unexpected eof|socket hang up|transport error|no healthy upstream)\b/,
    /^(?:the )?upstream\b[^:]{0,40}\b(?:time(?:d )?out|unavailable|unreachable|disconnect)/,
    /^(?:the |this )?(?:service|server|provider)\b.{0,40}\btemporarily unavailable|^上游(?:(?:请求|服务|连接)?(?:超时|中断|断开)|连接(?:失败|异常))/,
  ),
  /**
   * Phrases for a 5xx error after which a retry might succeed. Some gateways send these phrases with an error code that
   * blames the request, so the phrases have priority over the code.
   */
  transient: anyOf(
    /stream (?:was |has )?(?:unexpectedly )?(?:ended|closed|disconnected|interrupted|terminated|aborted)|\bunexpected eof\b/,
    /connection (?:was )?(?:reset|refused|closed|aborted|timed out)|socket hang up|transport error|disconnected before/,
    /upstream\b.{0,40}\b(?:time(?:d )?out|unavailable|unreachable|disconnect)|temporarily unavailable|no healthy upstream/,
    /please retry|(?:can|may) retry your request|try again later|稍后再?(?:试|重试)|上游.{0,12}(?:失败|超时|异常|错误)/,
  ),
  /**
   * Phrases with which new-api reports that all its upstreams are overloaded. They have priority over the error code,
   * because new-api has sent them with the code for an empty balance.
   */
  saturated: anyOf(/load is (?:already )?saturated|负载已?饱和/),
  /**
   * Phrases for a request rate that is too high. They are needed if neither the error code nor the HTTP status reports
   * the rate limit.
   */
  limit: anyOf(
    /rate[- ]?limit|rate exceeded|too many (?:concurrent )?requests|requests? limit reached|throttl/,
    /\b(?:daily|weekly|monthly) quota (?:is |has been )?(?:exhausted|used up|exceeded)/,
    /(?:请求|访问)(?:过于|太)频繁|频率(?:限制|过高|超限)|限流|速率限制|请求数限制|并发数?\S{0,4}(?:超[过出限]|上限)/,
  ),
  /** Phrases for a limit that resets within minutes, even if the message calls the limit a quota. */
  shortLimit: anyOf(
    /(?:per[ -]|\w ?\/ ?)(?:minute|second|min|sec)\b|\b[RTQ]P[MS](?![a-z])|concurren|#(?:token|rate)-limit/,
    /(?<!free |hour |week |month )allocated quota exceeded/,
    /分钟|每秒|并发/,
  ),
  /** Phrases for a limit that does not reset within minutes, such as a daily limit. */
  longLimit: anyOf(
    /(?:per[ -]|\w ?\/ ?|\ba )(?:day|week|month)\b|\b(?:daily|weekly|monthly)\b(?! (?:plan|subscription|(?:\w+ )?limits? (?:page|docs|documentation|policy)))|\b[RT]PD\b|per \d{1,3} hours/,
    /(?<!not your )usage (?:limit|cap)|\b(?:session|subscription) (?:rate |usage )?(?:limit|cap)|total request limit|this (?:week|month)|tomorrow|\d{1,3}[- ]?hours? (?:usage )?limit|\b(?:hour|week|month) allocated quota|\btoday['’]s\b|\bfor the (?:day|week|month)\b|\bbilling (?:cycle|period)|\b(?:resets?|renews?|refresh(?:es)?) on\b/,
    /account(?:'s)? (?:has )?(?:reached|hit|exceeded) (?:its|the|your) (?:(?!rate |requests? )\w+ )?(?:limit|quota)|account limit reached/,
    /[每当今本明][日天周月](?!\S{0,6}[较很]多)|使用上限|次数\S{0,4}(?:上限|用[尽完光])|小时(?:内|.{0,8}(?:上限|限额))|账户级?限额|周(?:费用|额度|使用)/,
    // These phrases mean a limit that lasts until the user raises it in the provider's console.
    /service has been paused|reached the set\b.{0,40}\blimit|推理限额|服务已暂停/,
  ),
  /**
   * Words that show that a limit has been reached. Without them, a word such as "daily" in an error message does not
   * mean a limit.
   */
  reached: anyOf(/limit|quota|\bcap\b|exceed|throttl|额度|限额|上限|限制|超[过出限]/),
  tooLarge: anyOf(/\brequest too large\b/),
} as const satisfies Readonly<Record<string, RegExp>>;

function anyOf(...patterns: readonly RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join('|'), 'i');
}

/** Traditional Chinese characters that occur in error messages, each followed by its simplified form. */
const traditionalAndSimplified =
  '餘余額额帳账帐账戶户儲储飽饱負负載载無无獲获敗败請请頻频過过於于費费權权訪访問问錯错誤误時时間间後后試试組组當当盡尽鑰钥達达總总數数週周號号鎖锁凍冻結结違违規规內内審审輸输長长詞词擁拥訂订閱阅員员會会點点' +
  '資资認认證证驗验體体開开啟启復复關关單单鐘钟個个們们還还這这應应該该處处務务統统線线連连續续購购買买滿满優优';

const simplifiedByTraditional: ReadonlyMap<string, string> = new Map(
  Array.from(traditionalAndSimplified.matchAll(/(.)(.)/gu), ([, from = '', to = '']) => [from, to]),
);

/**
 * Converts traditional Chinese characters to simplified characters, and Taiwan's words for "channel" and "top up" to
 * those of the mainland. The result is only matched against patterns: users see the original text.
 */
export function toSimplified(text: string): string {
  if (!/\p{Script=Han}/u.test(text)) return text;
  return text
    .replace(/\p{Script=Han}/gu, (character) => simplifiedByTraditional.get(character) ?? character)
    .replaceAll('管道', '渠道')
    .replaceAll('储值', '充值');
}

/**
 * Error codes of the providers, grouped by their meaning. Case, dashes and underscores are ignored. According to the
 * error references of the providers, Zhipu has codes of four digits and Spark has codes of five digits. Codes that
 * begin with `base_resp.` come from MiniMax.
 */
const codesByMeaning = {
  credit: `insufficient_quota insufficient_balance insufficient_balance_error insufficient_credit insufficient_credits
    insufficient_funds insufficient_user_quota pre_consume_token_quota_failed quota_not_enough
    exceeded_current_quota_error billing_hard_limit_reached billing_not_active billing_error credit_balance_too_low
    payment_required spend_limit_exceeded spending_limit_exceeded budget_exceeded key_limit_exceeded CreditsError
    out_of_credits insufficient_fund Arrearage AccountOverdueError PrepaidBillOverdue PostpaidBillOverdue
    CommodityNotPurchased AllocationQuota.FreeTierOnly subscription_expired subscription_not_found subscription_invalid plan_expired
    budget_limit total_cost_limit_exceeded api_key_quota_exhausted customer_verification_required 1113 1309 base_resp.1008`,
  auth: `invalid_api_key authentication_error unauthenticated unauthorized invalid_authentication_error
    incorrect_api_key_error API_KEY_INVALID InvalidApiKey expired_key api_key_expired api_key_disabled
    api_key_required token_not_found_in_db base_resp.1004 base_resp.2049`,
  permission: `permission_error permission_denied permission_denied_error access_denied key_model_access_denied
    team_model_access_denied user_model_access_denied org_model_access_denied unsupported_country_region_territory
    account_disabled account_suspended account_deactivated user_inactive UnauthorizedOperation
    FailedOperation.UserUnAuthError organization_restricted
    1110 1111 1112 1120 1121 1220 1311 1313 11200 base_resp.2061`,
  model: `model_not_found invalid_model model_not_supported no_such_model unsupported_model model_not_exist
    model_not_available unavailable_model unknown_model model_decommissioned model_not_allowed DeploymentNotFound InvalidEndpointOrModel.NotFound ModelNotOpen 1211`,
  unpriced: 'model_price_error',
  context: `context_length_exceeded context_window_exceeded string_above_max_length exceed_context_size_error
    context_too_long tokens_limit_reached 1261 10907`,
  filter: `content_filter content_policy_violation ResponsibleAIPolicyViolation data_inspection_failed
    content_filtered sensitive_words_detected prompt_blocked moderation moderation_blocked 1301 10013 10014 base_resp.1026
    base_resp.1027`,
  overload: `overloaded overloaded_error engine_overloaded engine_overloaded_error server_overloaded ServerOverloaded
    model_overloaded unavailable unavailable_error service_unavailable service_unavailable_error capacity_exceeded
    no_keys_available no_available_accounts auth_unavailable queue_timeout 529 1305 3505 10110`,
  limit: `rate_limit rate_limit_error rate_limit_exceeded rate_limited rate_limit_reached_error too_many_requests
    resource_exhausted limit_exceeded requests tokens 429 limit_requests limit_burst_rate Throttling Throttling.RateQuota
    Throttling.AllocationQuota Throttling.BurstRate 1302 1303 11202 11203 base_resp.1002 base_resp.1039 base_resp.1041`,
  'long-limit': '1304 11201 base_resp.2056',
  // Error codes for limits that don't reset within minutes unless the gateway names a time. `codePatterns` contains
  // patterns for more codes of this meaning.
  'usage-limit': 'workspace_limit_reached',
  transient: `stream_error connection_error network_error bad_gateway gateway_timeout upstream_timeout request_timeout
    ECONNRESET ECONNREFUSED ECONNABORTED ETIMEDOUT EPIPE`,
  'channel-lookup': 'get_channel_failed',
  // Error codes for a failure of the server. They have priority over codes that blame the request, because DeepSeek
  // sends such a code with every error.
  server: `server_error unknown_error internal_error internal_server_error api_error upstream_error`,
  request: `invalid_request_error invalid_request invalid_argument invalid_parameter_error bad_request BadRequestError
    convert_request_failed InvalidParameter base_resp.2013`,
};

/** The meaning of a provider's error code, such as missing credit. */
export type Meaning = keyof typeof codesByMeaning;

/**
 * Patterns for error codes with a variable part. They are matched against the code in lower case, without dashes and
 * underscores.
 */
const codePatterns: readonly (readonly [pattern: RegExp, meaning: Meaning])[] = [
  // Google's error code for a daily limit is the name of the quota, such as
  // `GenerateRequestsPerDayPerProjectPerModel-FreeTier`.
  [/perday/, 'long-limit'],
  // Error codes of Volcengine Ark's content filter: `InputTextSensitiveContentDetected`, `OutputImageRiskDetection`.
  [/sensitivecontentdetected|riskdetection/, 'filter'],
  // Error codes for a rate limit, such as `ModelAccountTpmRateLimitExceeded` (Volcengine Ark), `RequestLimitExceeded`
  // (Tencent) and `upstream_rate_limited`.
  [/ratelimit(?:ed|exceeded|reached)|requestlimitexceeded|concurrencylimit/, 'limit'],
  // Amazon Bedrock's error code for a rate limit: `com.amazon.coral.availability#ThrottlingException`.
  [/throttlingexception$/, 'limit'],
  // Tencent's error codes for missing credit: `FailedOperation.ResourcePackExhausted`, `ResourceUnavailable.InArrears`.
  [/resourcepackexhausted|chargeresourceexhaust|inarrears|lowbalance/, 'credit'],
  [/^authfailure\b/, 'auth'],
  [/notactivated/, 'permission'],
  [/serverlimitexceeded/, 'overload'],
  [/textillegaldetected|censor|contentblocked/, 'filter'],
  // Error codes for a usage limit, such as `daily_cost_limit_exceeded`, `usage_limit_reached` and Volcengine Ark's
  // `SetLimitExceeded`.
  [/(?:hourly|daily|weekly|monthly|usage|cost|quota|set)limit(?:exceeded|reached)/, 'usage-limit'],
  [/^upstream\w*(?:stream|connect|timeout|network|protocol)/, 'transient'],
];

const meaningByCode: ReadonlyMap<string, Meaning> = new Map(
  Object.entries(codesByMeaning).flatMap(([meaning, codes]) =>
    codes.split(/\s+/).map((code) => [normalizeCode(code), meaning as Meaning] as const),
  ),
);

/** Returns the meanings of error codes. An unknown error code has no meaning. */
export function meaningsOfCodes(codes: readonly string[]): ReadonlySet<Meaning> {
  const meaningOf = (code: string): Meaning | undefined =>
    meaningByCode.get(code) ?? codePatterns.find(([pattern]) => pattern.test(code))?.[1];
  return new Set(codes.flatMap((code) => meaningOf(normalizeCode(code)) ?? []));
}

function normalizeCode(code: string): string {
  return code.toLowerCase().replace(/[_-]/g, '');
}
