// A second extension, which uses any model that VS Code offers and contributes a tool.
const vscode = require('vscode');

exports.activate = (context) => {
  // Tells the test when VS Code has enabled the extension that implements its chat.
  const tellIfEnabled = () => {
    if (vscode.extensions.getExtension('github.copilot-chat'))
      vscode.window.setStatusBarMessage('The chat is enabled.');
  };
  tellIfEnabled();
  context.subscriptions.push(vscode.extensions.onDidChange(tellIfEnabled));
  context.subscriptions.push(
    vscode.commands.registerCommand('otherExtension.ask', async () => {
      const [model] = await vscode.lm.selectChatModels({ vendor: 'holysheep' });
      const response = await model.sendRequest([vscode.LanguageModelChatMessage.User('Who are you?')]);
      let text = '';
      for await (const part of response.text) text += part;
      vscode.window.showInformationMessage(`The model says: ${text}`);
    }),
    vscode.lm.registerTool('other_sheep', {
      invoke: ({ input }) =>
        new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(`12 sheep are in the ${input.field}.`)]),
    }),
  );
};
