import type { ChatParticipant } from './participant/chatParticipant';
import type { Command } from '../command';

/** Behind the buttons of an answer in VS Code's chat; its arguments are the turn and what is to be done. */
export function chatActionCommand(participant: Pick<ChatParticipant, 'act'>): Command {
  return {
    id: 'holysheep.chatAction',
    execute: (...args) => participant.act(...args),
  };
}
