import type { WireCase } from '../wireCase';
import { bodies } from './bodies';
import { connecting } from './connecting';
import { gateways } from './gateways';
import { host } from './host';
import { proxies } from './proxies';
import { resumes } from './resumes';
import { statuses } from './statuses';
import { streams } from './streams';
import { turns } from './turns';

/** All wire cases, in the order of the fault table. */
export const wireCases: readonly WireCase[] = [
  ...connecting,
  ...proxies,
  ...statuses,
  ...bodies,
  ...streams,
  ...resumes,
  ...turns,
  ...gateways,
  ...host,
].toSorted((a, b) => a.row - b.row);
