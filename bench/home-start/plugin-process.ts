import { answerQuestions } from '../bench-process.ts';
import { HomePlugin } from './home-plugin.ts';
import type { PluginQuestion } from './messages.ts';

const plugin = new HomePlugin();

answerQuestions(async (question: PluginQuestion) => {
  switch (question.kind) {
    case 'connect':
      plugin.connect(question.broker);
      return undefined;
    case 'find':
      return plugin.find(question.device);
    case 'prepare':
      return plugin.prepare(question);
    case 'start':
      return plugin.start(question.session);
    case 'stop':
      return plugin.stop(question.session);
  }
});
