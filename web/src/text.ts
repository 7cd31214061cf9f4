// Every sentence the page shows, in one place. French only; plain words, and for
// each trouble the next thing to do.
import type { Adhesion } from './api/contract';

const plural = (n: number, one: string, many: string): string => (n > 1 ? many : one);
const count = new Intl.NumberFormat('fr-FR');

export const t = {
  product: 'traboule',
  yes: 'oui',
  no: 'non',
  retry: 'Réessayer',
  close: 'Fermer',
  copy: 'Copier',
  copied: 'Coordonnées copiées.',
  copyFailed: 'La copie n’a pas été possible : sélectionnez le texte et copiez-le.',

  skip: {
    label: 'Accès rapide',
    search: 'Aller à la recherche',
    layers: 'Aller aux couches',
    map: 'Aller à la carte',
  },

  account: {
    label: 'Compte',
    signOut: 'Se déconnecter',
    commune: (name: string) => `Ma commune : ${name}`,
    communeHint: 'Afficher ma commune sur la carte',
  },

  search: {
    label: 'Chercher une adresse, un lieu, une parcelle',
    placeholder: 'Adresse, lieu, parcelle…',
    clear: 'Effacer la recherche',
    list: 'Réponses proposées',
    count: (n: number) =>
      `${n} ${plural(n, 'réponse proposée', 'réponses proposées')}, flèches pour choisir.`,
    none: 'Rien n’a été trouvé.',
    noneHint: 'Vérifiez l’orthographe, ou essayez le nom de la rue ou du lieu, et de la commune.',
    failed: 'La recherche ne répond pas. Réessayez dans un instant.',
    went: (label: string) => `Carte placée sur ${label}.`,
  },
  placeKinds: {
    house: 'Adresse',
    street: 'Voie',
    locality: 'Lieu-dit',
    district: 'Arrondissement',
    city: 'Commune',
    administrative: 'Commune',
    point: 'Coordonnées',
    crossing: 'Croisement',
    plot: 'Parcelle',
    townhall: 'Mairie',
    park: 'Parc',
    other: 'Lieu',
  },
  doubts: {
    exact: null,
    corrected: 'réponse approchée',
    interpolated: 'numéro inconnu dans cette rue, position estimée',
    street: 'numéro inconnu dans cette rue',
    commune: 'seule la commune a été trouvée',
    somewhere: 'lieu sans position connue, montré au milieu de sa commune',
  },

  layers: {
    title: 'Couches',
    active: (n: number) => (n === 0 ? 'aucune affichée' : `${n} ${plural(n, 'affichée', 'affichées')}`),
    hideAll: 'Tout masquer',
    toggle: 'Afficher le panneau des couches',
    loading: 'Chargement des couches…',
    failed: 'La liste des couches n’a pas pu être chargée.',
    empty: 'Aucune couche n’est ouverte à votre organisation.',
    legend: (title: string) => `Légende : ${title}`,
    legendFailed: 'La légende n’a pas pu être chargée.',
    tooFar: 'Visible en se rapprochant.',
    zoomIn: 'Se rapprocher',
    importing: 'Données en cours de chargement',
    objects: (n: number) => `${count.format(n)} ${plural(n, 'objet', 'objets')}`,
    frequency: (frequency: string) => `mise à jour ${frequency}`,
    inTheme: (n: number) => `${n} ${plural(n, 'couche affichée', 'couches affichées')}`,
  },

  map: {
    label:
      'Carte. Flèches pour se déplacer, plus et moins pour zoomer, Entrée pour lister ce qui est sous la croix.',
    name: 'Carte',
    zoom: 'Niveau de zoom',
    zoomIn: 'Zoomer',
    zoomOut: 'Dézoomer',
    loading: 'Chargement de la carte…',
    nothing: 'Aucun objet des couches affichées à cet endroit.',
    nothingShown: 'Affichez d’abord une couche pour consulter ses objets.',
    noWebGl: 'La carte ne peut pas être dessinée',
    noWebGlDetail:
      'Ce navigateur n’a pas l’affichage 3D (WebGL 2) dont la carte a besoin, ou il est désactivé. Essayez avec une version récente de Firefox, Chrome ou Edge, ou demandez à votre service informatique d’activer l’accélération graphique.',
    styleFailed: 'Le fond de plan n’a pas pu être chargé.',
  },

  status: {
    label: 'Position et échelle',
    lambert: 'Lambert-93',
    copyCentre: 'Copier les coordonnées Lambert-93 du centre de la carte',
    scale: 'Échelle',
    data: (producers: string) => `Source : ${producers}`,
  },

  sheet: {
    label: 'Fiche',
    loading: 'Chargement de la fiche…',
    several: (n: number) => `${n} objets à cet endroit`,
    back: 'Retour à la liste',
    communes: (n: number) => plural(n, 'Commune', 'Communes'),
    attributes: 'Attributs',
    attribute: 'Attribut',
    value: 'Valeur',
    missing: 'non renseigné',
    layer: 'Couche',
    date: 'Date des données',
    producer: 'Producteur',
    licence: 'Licence',
    point: 'Point désigné (Lambert-93)',
    copyPoint: 'Copier les coordonnées Lambert-93 du point désigné',
    failed: 'La fiche n’a pas pu être chargée.',
    gone: 'Cet objet n’existe plus dans les données actuelles.',
    refused: 'Cet objet n’est pas ouvert à votre organisation.',
    zoomTo: 'Voir en entier',
  },
  describedObject: (label: string, value: string) => `${label} : ${value}`,
  unnamedObject: (id: number | string) => `Objet n° ${id}`,

  notices: {
    session: 'Votre session est terminée.',
    sessionAction: 'Se reconnecter',
    network: 'Le serveur ne répond pas. La carte peut être incomplète.',
    refused: 'Une couche affichée n’est plus ouverte à votre organisation.',
    refresh: 'Actualiser les couches',
  },

  adhesion: {
    title: {
      active: 'Aucune couche disponible',
      pending: 'L’adhésion de votre organisation n’a pas encore commencé',
      suspended: 'L’adhésion de votre organisation est suspendue',
      ended: 'L’adhésion de votre organisation est terminée',
      none: 'Votre organisation n’a pas d’adhésion',
    } satisfies Record<Adhesion['status'], string>,
    detail: 'Les couches et le plan ne sont pas affichés tant qu’elle n’est pas active.',
    reason: 'Motif',
    contact: 'À qui s’adresser',
  },
};
