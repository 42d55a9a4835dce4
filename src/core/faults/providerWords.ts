/**
 * What providers write where they give no code of any use. Tried on messages without their quotations, and only at
 * statuses where the meaning is possible. Sources: the error references of the providers, one-api and new-api.
 */
export const providerWords = {
  credit:
    /insufficient (?:account |user )?(?:balance|credits?|quota|funds)|balance is (?:too low|not enough|insufficient)|not enough (?:balance|credits?|quota)|quota\b.{0,60}\bis not enough|(?:out of|no|requires more) credits\b|spend(?:ing)? (?:limit|cap)|payment required|billing hard limit|account is (?:in arrears|overdue)|(?:key|credit) limit (?:exceeded|reached)|reached your specified api usage limits|(?:余额|额度|点数|积分)(?:已?不足|不够|已?用[尽完]|已?耗尽)|额度失败|欠费/i,
  /** Money at OpenAI, a rate limit at Google. */
  quota: /exceed(?:ed|s)? (?:your |the )?current quota/i,
  auth: /(?:invalid|incorrect|wrong|missing|expired|no) (?:api[ _-]?key|access[ _-]?token|bearer token|credentials)\b|api[ _-]?key (?:is |has )?(?:not valid|invalid|missing|expired|not found|been (?:revoked|disabled))|无效的?\s?(?:令牌|密钥|api ?key)|(?:令牌|密钥|api ?key)\S{0,6}(?:无效|过期|禁用|不存在|错误)/i,
  context:
    /maximum context length|context[ _](?:window|length|size|limit)|(?:prompt|input|conversation) is too (?:long|large)|(?:prompt|input|message|request)s? exceeds? .{0,40}(?:tokens|context|length)|too many (?:input |prompt )?tokens|reduce the length|input token count\b.{0,60}\bexceeds|range of input length|上下文.{0,12}(?:超|过长|长度)|(?:输入|提示词?).{0,8}(?:过长|超长|超过)/i,
  filter:
    /content (?:management |usage )?polic|content[ _-]filter|flagged (?:by|as|for)|safety (?:system|filter|polic)|inappropriate content|content exists risk|high risk|敏感|违规|不安全/i,
  model:
    /\b(?:invalid|unknown|no such|unsupported|non-?existent|not supported|not found the) model\b(?! (?:param|output|response|input))|\bmodels?\b(?: name| id| or endpoint)?[:/]?\s{0,2}(?!output|response|input|param)(?:["'`“]?[\w./:@-]{1,100}["'`”]?)?,?\s{0,2}(?:is |was |does |has been |could )?(?:currently )?(?:not (?:found|exist|be found|supported|available|a valid|recognized|deployed)|unknown|unavailable|invalid|disabled|deprecated|decommissioned)|is not a valid model|\bno endpoints found|does not work with the specified model|模型.{0,60}(?:不存在|未找到|不可用|已下线)|不支持.{0,10}模型/i,
  /** one-api and new-api have no upstream for it, whatever status they choose to say so. */
  channel: /no available channels?\b|无可用渠道/i,
  prefill:
    /prefill|trailing assistant|(?:last|final) (?:message|role)\b.{0,40}(?:assistant|user)|must end with a user/i,
  overload: /overload|at capacity|over capacity|too busy|high demand|负载(?:已?饱和|过高|较高)|过载|繁忙/i,
  daily: /per[ -]day|\bdaily\b|\b[RT]PD\b|每[日天]|当[日天]|今[日天]/i,
  tooLarge: /\brequest too large\b/i,
  tokenLimit: /\bmax_(?:completion_)?tokens\b.{0,60}too large/i,
} as const satisfies Readonly<Record<string, RegExp>>;
