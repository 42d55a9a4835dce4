import type { ProviderError } from './providerError';

/** What an error is about, as far as a provider's own code or words tell. */
export type Meaning =
  'credit' | 'auth' | 'permission' | 'model' | 'context' | 'filter' | 'overload' | 'limit' | 'daily' | 'request';

/** As the providers write them; compared without case, dashes and underscores. */
const codes: Readonly<Record<Exclude<Meaning, 'daily'>, string>> = {
  credit: `insufficient_quota insufficient_balance insufficient_credit insufficient_credits insufficient_funds
    insufficient_user_quota pre_consume_token_quota_failed quota_not_enough exceeded_current_quota_error
    billing_hard_limit_reached billing_not_active billing_error credit_balance_too_low payment_required
    spend_limit_exceeded spending_limit_exceeded Arrearage AccountOverdueError`,
  auth: `invalid_api_key authentication_error unauthenticated unauthorized invalid_authentication_error
    incorrect_api_key_error API_KEY_INVALID InvalidApiKey`,
  permission: 'permission_error permission_denied permission_denied_error access_denied',
  model: `model_not_found invalid_model model_not_supported no_such_model unsupported_model model_not_exist
    DeploymentNotFound InvalidEndpointOrModel.NotFound ModelNotOpen`,
  context: `context_length_exceeded context_window_exceeded string_above_max_length exceed_context_size_error
    context_too_long`,
  filter: `content_filter content_policy_violation ResponsibleAIPolicyViolation data_inspection_failed
    content_filtered sensitive_words_detected prompt_blocked moderation`,
  overload: `overloaded overloaded_error engine_overloaded engine_overloaded_error server_overloaded model_overloaded
    unavailable service_unavailable service_unavailable_error 529`,
  limit: `rate_limit rate_limit_error rate_limit_exceeded rate_limited rate_limit_reached_error too_many_requests
    resource_exhausted requests tokens 429`,
  request: 'invalid_request_error invalid_request invalid_argument invalid_parameter_error bad_request BadRequestError',
};

const meaningOf: ReadonlyMap<string, Meaning> = new Map(
  (Object.keys(codes) as (keyof typeof codes)[]).flatMap((meaning) =>
    codes[meaning].split(/\s+/).map((code): readonly [string, Meaning] => [bare(code), meaning]),
  ),
);

/** Exact, and so of weight whatever the status. */
export function meaningsOfCodes({ codes: given }: ProviderError): ReadonlySet<Meaning> {
  const meanings = new Set<Meaning>();
  for (const code of given) {
    const meaning = meaningOf.get(bare(code));
    if (meaning) meanings.add(meaning);
    // Google names the quota: `GenerateRequestsPerDayPerProjectPerModel-FreeTier`.
    else if (code.includes('perday')) meanings.add('daily');
  }
  return meanings;
}

function bare(code: string): string {
  return code.toLowerCase().replace(/[_-]/g, '');
}
