# a module of the site
