import { DeltaFrame, type DeltaKind } from './deltaFrame';
import { StreamRestarts, readChunk, type DeltaSink } from './dialect';

/** A server whose events have had no frame in common by then, as each has an id of its own, gets no more of them. */
const maxUselessFrames = 16;

interface Said {
  readonly kind: DeltaKind;
  readonly text: string;
}

/** Reads the events of one stream as `readChunk` does, but parses only those that are not like the ones before. */
export class ChunkReader {
  private frame: DeltaFrame | undefined;
  private uselessFrames = 0;
  private readonly messages = new StreamRestarts();
  private readonly listening: DeltaSink;
  /** What the event said, if it was text or reasoning and nothing else. */
  private only: Said | undefined;
  private heard = 0;

  constructor(private readonly sink: DeltaSink) {
    this.listening = this.listeningSink(sink);
  }

  /** @returns false where the data is no JSON object */
  read(data: string): boolean {
    if (this.frame?.read(data, this.sink)) return true;
    const readable = readChunk(data, this.listening, this.messages);
    const only = this.takeOnly();
    if (only) this.learn(data, only);
    return readable;
  }

  private takeOnly(): Said | undefined {
    const { only } = this;
    this.only = undefined;
    this.heard = 0;
    return only;
  }

  /** An event that can't have a frame leaves the old one: the next event is likely to be like those before it. */
  private learn(data: string, { kind, text }: Said): void {
    if (this.frame?.prove(text, data)) {
      this.uselessFrames = 0;
      return;
    }
    if (this.uselessFrames === maxUselessFrames) return;
    const frame = DeltaFrame.around(kind, text, data);
    if (!frame) return;
    this.frame = frame;
    this.uselessFrames++;
  }

  private listeningSink(sink: DeltaSink): DeltaSink {
    const hear = (said?: Said): void => void (this.only = this.heard++ === 0 ? said : undefined);
    return {
      text: (text) => {
        hear({ kind: 'text', text });
        sink.text(text);
      },
      reasoning: (text) => {
        hear({ kind: 'reasoning', text });
        sink.reasoning(text);
      },
      toolCall: (part) => {
        hear();
        sink.toolCall(part);
      },
      finish: (finish) => {
        hear();
        sink.finish(finish);
      },
      // The empty field is part of the frame that all these events share, so it is not counted here.
      finishReasonPending: () => sink.finishReasonPending(),
      restartInStream: () => sink.restartInStream(),
      usage: (usage) => {
        hear();
        sink.usage(usage);
      },
      error: (error) => {
        hear();
        sink.error(error);
      },
    };
  }
}
