/** Cases whose expectation we don't share, each with the reason. They are skipped, not deleted. */
export const disputed: Readonly<Record<string, string>> = {};
