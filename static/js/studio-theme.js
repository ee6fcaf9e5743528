// Runs before the page is painted: the Studio's pages are Django's, which do not write the chosen colours into <html>.
{
  const theme = document.cookie.match(/(?:^|; )theme=(light|dark)(?:;|$)/)?.[1];
  if (theme) document.documentElement.dataset.theme = theme;
}
