/** A bundle of its own, loaded with the first request: activation must not pay for it. */
export { OpenAI } from 'openai';
export { createParser } from 'eventsource-parser';
