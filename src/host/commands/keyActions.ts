/** What the commands about the key and the connection do; loaded when the first of them is used. */
export { testConnection } from './reportConnection';
export { storeApiKey } from './storeApiKey';
