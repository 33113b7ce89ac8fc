// Who makes pictures, by the names that providers have in the protocol.

import { t } from "../ui/translate.js";

// On the page "offline" would mean that there is no connection.
const MAKERS = {
  offline: t("built-in tools"),
  gemini: "Gemini",
  cloudinary: "Cloudinary",
  images: t("an image model"),
  diffusers: t("an image model on this machine"),
  chat: t("a language model"),
};

export const makerOf = (provider) => MAKERS[provider] ?? provider;
