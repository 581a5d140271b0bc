/** The script of the console's pages; every page works without it. */

document.documentElement.dataset["script"] = "on";
