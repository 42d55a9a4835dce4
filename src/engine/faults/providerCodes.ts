import type { ProviderError } from './providerError';

/** The topic of an error, according to the provider's own code. */
export type Meaning =
  | 'credit'
  | 'auth'
  | 'permission'
  | 'model'
  | 'unpriced'
  | 'context'
  | 'filter'
  | 'overload'
  | 'limit'
  | 'long-limit'
  | 'channel-lookup'
  | 'server'
  | 'request';

/**
 * As the providers write them; compared without case, dashes and underscores. Numbers are those of Zhipu's error
 * reference, `base_resp.…` those of MiniMax.
 */
const codes: Readonly<Record<Meaning, string>> = {
  credit: `insufficient_quota insufficient_balance insufficient_balance_error insufficient_credit insufficient_credits
    insufficient_funds insufficient_user_quota pre_consume_token_quota_failed quota_not_enough
    exceeded_current_quota_error billing_hard_limit_reached billing_not_active billing_error credit_balance_too_low
    payment_required spend_limit_exceeded spending_limit_exceeded budget_exceeded key_limit_exceeded CreditsError
    out_of_credits Arrearage AccountOverdueError PrepaidBillOverdue PostpaidBillOverdue CommodityNotPurchased
    AllocationQuota.FreeTierOnly subscription_expired plan_expired 1113 1309 base_resp.1008`,
  auth: `invalid_api_key authentication_error unauthenticated unauthorized invalid_authentication_error
    incorrect_api_key_error API_KEY_INVALID InvalidApiKey expired_key token_not_found_in_db base_resp.1004
    base_resp.2049`,
  permission: `permission_error permission_denied permission_denied_error access_denied key_model_access_denied
    team_model_access_denied user_model_access_denied org_model_access_denied unsupported_country_region_territory
    1110 1111 1112 1120 1121 1220 1311 base_resp.2061`,
  model: `model_not_found invalid_model model_not_supported no_such_model unsupported_model model_not_exist
    DeploymentNotFound InvalidEndpointOrModel.NotFound ModelNotOpen 1211`,
  unpriced: 'model_price_error',
  context: `context_length_exceeded context_window_exceeded string_above_max_length exceed_context_size_error
    context_too_long 1261`,
  filter: `content_filter content_policy_violation ResponsibleAIPolicyViolation data_inspection_failed
    content_filtered sensitive_words_detected prompt_blocked moderation moderation_blocked 1301 base_resp.1026
    base_resp.1027`,
  overload: `overloaded overloaded_error engine_overloaded engine_overloaded_error server_overloaded ServerOverloaded
    model_overloaded unavailable unavailable_error service_unavailable service_unavailable_error 529 1305`,
  limit: `rate_limit rate_limit_error rate_limit_exceeded rate_limited rate_limit_reached_error too_many_requests
    resource_exhausted requests tokens 429 limit_requests limit_burst_rate Throttling Throttling.RateQuota
    Throttling.AllocationQuota Throttling.BurstRate 1302 1303 base_resp.1002 base_resp.1039 base_resp.1041`,
  'long-limit': '1304 base_resp.2056',
  'channel-lookup': 'get_channel_failed',
  /** Contradicts a code that blames the request. DeepSeek sends such a code with every error. */
  server: `server_error unknown_error internal_error internal_server_error api_error upstream_error`,
  request: `invalid_request_error invalid_request invalid_argument invalid_parameter_error bad_request BadRequestError
    convert_request_failed InvalidParameter base_resp.2013`,
};

/** Families of codes, in the same form. */
const families: readonly (readonly [pattern: RegExp, meaning: Meaning])[] = [
  // Google names the quota: `GenerateRequestsPerDayPerProjectPerModel-FreeTier`.
  [/perday/, 'long-limit'],
  // Volcengine Ark: `InputTextSensitiveContentDetected`, `OutputImageRiskDetection`.
  [/sensitivecontentdetected|riskdetection/, 'filter'],
  // Volcengine Ark: `ModelAccountTpmRateLimitExceeded`. Qianfan: `rpm_rate_limit_exceeded`.
  [/ratelimitexceeded/, 'limit'],
];

const meaningOf: ReadonlyMap<string, Meaning> = new Map(
  (Object.keys(codes) as (keyof typeof codes)[]).flatMap((meaning) =>
    codes[meaning].split(/\s+/).map((code): readonly [string, Meaning] => [bare(code), meaning]),
  ),
);

/** Exact, and so of weight whatever the status. */
export function meaningsOfCodes({ codes: given }: ProviderError): ReadonlySet<Meaning> {
  return new Set(
    given.map(bare).flatMap((code) => {
      const meaning = meaningOf.get(code) ?? families.find(([pattern]) => pattern.test(code))?.[1];
      return meaning ?? [];
    }),
  );
}

function bare(code: string): string {
  return code.toLowerCase().replace(/[_-]/g, '');
}
