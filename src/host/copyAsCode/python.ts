import { linesOf, pythonLiteral } from './literals';
import { pythonProgram } from './pythonProgram';
import type { TakenRequest } from './exportedRequest';

export function pythonCode(request: TakenRequest): string {
  const { baseUrl, model, messages, temperature, maxTokens, patience, fromDemo } = request;
  const { maxRetries, baseDelayMs, maxDelayMs, maxHintMs, silenceMs } = patience;
  const facts = [
    ...(fromDemo ? ['# The offline demo was asked. This asks your own gateway, and your own model.'] : []),
    `BASE_URL = ${pythonLiteral(baseUrl)}`,
    'REQUEST = {',
    `    "model": ${pythonLiteral(model)},`,
    '    "messages": [',
    ...messages.map(({ role, content }) => `        {"role": "${role}", "content": ${textOf(content)}},`),
    '    ],',
    ...(temperature === undefined ? [] : [`    "temperature": ${temperature},`]),
    ...(maxTokens === undefined ? [] : [`    "max_tokens": ${maxTokens},`]),
    '    "stream": True,',
    '}',
    '# All times are in seconds.',
    `MAX_RETRIES = ${maxRetries}`,
    `BASE_DELAY = ${baseDelayMs / 1000}`,
    `MAX_DELAY = ${maxDelayMs / 1000}`,
    `MAX_HINT = ${maxHintMs / 1000}  # a server that asks for more is not waited for`,
    `SILENCE = ${silenceMs / 1000}  # without a word for so long, an answer counts as cut`,
  ];
  return `${head}${facts.join('\n')}\n${pythonProgram}`;
}

const head = `\
# Asks a model and prints its answer as it arrives. Python 3.8 or later.
#   1. pip install openai
#   2. Set the environment variable HOLYSHEEP_API_KEY to your API key.
#   3. Save this as ask.py, and run: python ask.py
import email.utils
import os
import random
import re
import signal
import sys
import time

`;

function textOf(content: string): string {
  const lines = linesOf(content).map(pythonLiteral);
  return lines.length === 1 ? lines.join('') : `(\n            ${lines.join('\n            ')}\n        )`;
}
